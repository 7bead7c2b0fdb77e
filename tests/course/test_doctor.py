import pytest

from course.doctor import findings
from course.lab.notebooks import Lesson, lessons


def test_where_all_is_well_the_doctor_says_so(vae, monkeypatch):
    # what is installed beside the tests is not what is tested here
    monkeypatch.setattr(findings, "packages", lambda: [findings.Observation("numpy", "2", needed=True)])
    result = vae("doctor")
    assert result.exit_code == 0
    assert "The course can run. Begin with: vae learn" in result.stdout
    for what in ("Python", "cores", "BLAS", "torch", "VAE_DATA", "data set mnist"):
        assert what in result.stdout


def test_a_missing_package_is_named_with_the_way_to_get_it(vae, monkeypatch):
    monkeypatch.setattr(findings, "requires", lambda name: ["no-such-package>=3"])
    result = vae("doctor")
    assert result.exit_code == 1
    assert 'pip install "no-such-package>=3"' in result.stdout
    assert "The course cannot run yet." in result.stdout


def test_an_old_package_is_named_with_what_is_wanted(monkeypatch):
    monkeypatch.setattr(findings, "requires", lambda name: ["numpy>=99", 'pytest; extra == "test"'])
    (finding,) = findings.packages()
    assert (finding.what, finding.remedy) == ("numpy", 'Install another: pip install "numpy>=99"')


@pytest.mark.parametrize(
    ("version", "fine"), [("3.10.13", False), ("3.11.0", True), ("3.14.9", True), ("3.15.0a1", False)]
)
def test_only_versions_of_python_that_the_project_admits_are_fine(monkeypatch, version, fine):
    monkeypatch.setattr(findings.platform, "python_version", lambda: version)
    assert (findings.python()[0].remedy == "") == fine


def test_a_folder_that_cannot_be_written_is_a_finding(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("VAE_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setenv("VAE_DATA", str(tmp_path / "nowhere"))
    here, cache, own = findings.places()
    assert here.remedy == ""
    assert "VAE_CACHE" in cache.remedy
    assert not cache.needed
    assert "names no folder" in own.remedy
    assert "not a folder" in findings.data()[0].remedy


def test_a_folder_below_an_unknown_home_is_a_finding(monkeypatch):
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", lambda uid: {}[uid])
    monkeypatch.setenv("VAE_DATA", "~/data")
    assert "names no folder" in findings.places()[2].remedy


def test_without_notebooks_the_course_cannot_run_and_without_results_there_are_no_papers(vae, monkeypatch, tmp_path):
    def none() -> tuple[Lesson, ...]:
        return lessons(tmp_path)

    monkeypatch.setattr("course.lab.notebooks.lessons", none)
    monkeypatch.setattr("paper.kit.paper.PAPERS", tmp_path)
    said = vae("doctor")
    assert said.exit_code == 1
    assert "notebooks: no notebooks in" in said.stdout
    assert "Install the course from its clone" in said.stdout
    papers = vae("papers")
    assert papers.exit_code == 1
    assert "no results of papers in" in papers.stderr
