NAMES = ["learn", "demo", "train", "evaluate", "sample", "reconstruct", "interpolate", "traverse", "manifold"]
NAMES += ["scatter", "curves", "data", "doctor"]
HEAVY = ["torch", "matplotlib", "sklearn", "scipy", "numpy", "pydantic", "requests", "pandas"]
IMPORTED = "import sys; from course.cli import main; sys.argv = ['vae', {arguments}]\ntry:\n    main()\n"
IMPORTED += "finally:\n    print('IMPORTED', *sys.modules)"


def _imported(vae_process, arguments: str) -> set[str]:
    done = vae_process(program=IMPORTED.format(arguments=arguments))
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split("IMPORTED")[1].split())


def test_help_imports_nothing_slow(vae_process):
    assert not _imported(vae_process, "'--help'") & set(HEAVY)


def test_level_1_trains_without_importing_torch(vae_process):
    imported = _imported(vae_process, "'train', 'numpy', '--epochs', '1', '--hidden', '5'")
    assert "numpy_impl.level" in imported
    assert not imported & {"torch", "pytorch_lowlevel", "paper", "matplotlib"}


def test_every_command_explains_itself(vae):
    commands = vae("--help").stdout
    for name in NAMES:
        assert name in commands
        result = vae(name, "--help")
        assert result.exit_code == 0
        assert "Usage" in result.stdout


def test_output_that_is_piped_holds_no_control_characters(vae_process):
    done = vae_process("data", "list")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
