"""A VAE of strings: padding never counts, the decoder reads only what came before, and molecules are judged."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from common.data.text import load_strings
from common.errors import InvalidArgument, OperationFailed
from common.objective import BetaObjective
from numpy_impl.sequences import canonical_novelty, free_bits_on_sequences, masked_sequence_loss
from paper.kit.place import Place
from paper.kit.steps import weight_of_kl
from paper.sequence_vae import molecules
from paper.sequence_vae.alphabet import END, PADDING, Alphabet, lengths
from paper.sequence_vae.experiment import (
    Protocol,
    in_alphabet,
    kept_words,
    reproduce,
    rewritten,
    tensor,
    terms_of,
    train,
    write,
)
from paper.sequence_vae.model import SequenceVAE, log_likelihood, loss
from paper.sequence_vae.pictures import draw

SMALL = {"embedded": 5, "hidden": 8, "latents": 3, "M": 20}
TINY = replace(Protocol(data="moses_few"), **SMALL, samples=60, test_strings=40, reconstructed=10, written=20)
WHY = "RDKit is in the extra molecules"
PACKAGES = ("rdkit",)
WORDS = ["CCO", "N", "C(=O)N", "NCCCCO"]


def model_of(strings=WORDS, seed=0) -> SequenceVAE:
    model = SequenceVAE(Alphabet(strings), 5, 8, 3, seed).double()
    for parameter in model.parameters():
        parameter.data.add_(0.3 * torch.randn(parameter.shape, dtype=torch.double, generator=torch.manual_seed(1)))
    return model


# The alphabet.


def test_strings_come_back_from_their_numbers_and_only_the_end_and_what_is_before_it_counts():
    alphabet = Alphabet(WORDS)
    rows = alphabet.numbers(WORDS)
    assert alphabet.strings(rows) == WORDS
    assert list(lengths(rows)) == [len(word) + 1 for word in WORDS]
    assert (rows[np.arange(4), lengths(rows) - 1] == END).all()
    assert alphabet.predicted == 1 + len(set("".join(WORDS)))


def test_symbols_of_selfies_are_tokens():
    alphabet = Alphabet(["[C][=Branch1][C]", "[C].[N]"], molecules.BRACKETED)
    assert alphabet.tokens == [".", "[=Branch1]", "[C]", "[N]"]
    assert alphabet.strings(alphabet.numbers(["[N][C]"])) == ["[N][C]"]


def test_a_token_outside_the_alphabet_is_refused():
    with pytest.raises(InvalidArgument, match="strings: got a token 'X'"):
        Alphabet(WORDS).numbers(["CX"])


# The model.


def test_a_string_costs_the_same_alone_and_among_longer_ones():
    model = model_of()
    x, eps = tensor(model.alphabet.numbers(WORDS)), torch.randn(4, 3, dtype=torch.double)
    together = model(x, eps)
    for number, word in enumerate(WORDS):
        alone = model(tensor(model.alphabet.numbers([word])), eps[number : number + 1])
        torch.testing.assert_close(alone.log_likelihood[0], together.log_likelihood[number])
        torch.testing.assert_close(alone.kl[0], together.kl[number])


def test_logits_of_a_token_depend_on_z_and_on_tokens_before_it_alone():
    model = model_of()
    x, z = tensor(model.alphabet.numbers(["NCCCCO"])), torch.randn(1, 3, dtype=torch.double)
    before = model.decode(model.read_before(x), z)
    x[0, 3] = 1 + x[0, 3] % 3
    after = model.decode(model.read_before(x), z)
    same = torch.isclose(before, after).all(2)[0]
    assert same.tolist() == [True] * 4 + [False] * 3
    assert not torch.isclose(model.decode(model.read_before(x), -z), after).any(2).all()


def test_word_dropout_replaces_whole_tokens_but_never_the_start():
    model = model_of()
    x = tensor(model.alphabet.numbers(WORDS))
    read = model.read_before(x, torch.zeros(x.shape, dtype=torch.bool))
    assert (read[:, 0] == model.alphabet.start).all()
    assert (read[:, 1:] == model.alphabet.unknown).all()
    protocol = replace(TINY, word_dropout=0.3)
    kept = kept_words(torch.zeros(100, 50), protocol, 7)
    assert kept is not None
    assert float(kept.double().mean()) == pytest.approx(0.7, abs=0.02)
    assert kept_words(x, TINY, 7) is None


def test_the_loss_is_that_of_level_1():
    model = model_of()
    x, eps = tensor(model.alphabet.numbers(WORDS)), torch.randn(4, 3, dtype=torch.double)
    terms, q = model(x, eps), model.encode(x)
    logits = model.decode(model.read_before(x), q.loc + q.scale * eps)
    value, pullback = masked_sequence_loss(logits.detach().numpy(), x.numpy())
    assert float(-terms.log_likelihood.detach().mean()) == pytest.approx(float(value))
    logits.retain_grad()
    (-log_likelihood(logits, x).mean()).backward()
    np.testing.assert_allclose(logits.grad, pullback(1.0), atol=1e-12)
    each = torch.log_softmax(logits, 2).gather(2, x.clamp(min=0)[..., None])[..., 0].detach().numpy()
    objective = BetaObjective(0.7, float(terms.kl.detach().mean(0).median()))
    expected = free_bits_on_sequences(each, x.numpy() != PADDING, terms.kl.detach().numpy(), 0.7, objective.free_bits)
    assert float(loss(terms, objective).detach()) == pytest.approx(float(expected.loss))


def test_tokens_are_drawn_with_the_probabilities_that_the_decoder_gives_them():
    model, n = model_of(), 4000
    z = torch.tensor([[0.3, -1.0, 0.5]], dtype=torch.double).expand(n, 3)
    uniform = torch.rand(n, 2, generator=torch.manual_seed(0), dtype=torch.double)
    first = model.write(z, uniform)[:, 0]
    start = torch.full((1, 1), model.alphabet.start)
    p = model.decode(start, z[:1]).softmax(2)[0, 0]
    found = torch.bincount(first, minlength=len(p)) / n
    assert float((found - p).detach().abs().max()) < 0.03
    assert (model.write(z[:5], None)[:, 0] == p.argmax()).all()


def test_nothing_is_written_after_the_end():
    model = model_of()
    uniform = torch.rand(50, 30, generator=torch.manual_seed(0), dtype=torch.double)
    found = model.write(torch.randn(50, 3, dtype=torch.double), uniform)
    for row in found:
        (ends,) = torch.nonzero(row == END, as_tuple=True)
        assert len(ends) == 0 or not row[ends[0] :].any()


# Runs.


def few(protocol):
    strings = load_strings("moses_few")
    alphabet, (x, test, _) = in_alphabet(strings, "smiles")
    model = SequenceVAE(alphabet, protocol.embedded, protocol.hidden, protocol.latents, protocol.seed)
    return model, alphabet.numbers(x), alphabet.numbers(test[:30])


def test_free_bits_keep_the_kl_where_it_falls_without_them():
    found = {}
    for free_bits in (0.0, 1.0):
        protocol = replace(TINY, samples=1200, step_size=1e-2, warm_up=0.0, free_bits=free_bits, hidden=16)
        model, x, test = few(protocol)
        curve, _ = train(model, x, test, protocol, Place(protocol))
        assert curve["-ELBO"][-1] < 0.9 * curve["-ELBO"][0]
        found[free_bits] = curve["KL"][-1]
    assert found[0.0] < 1.5 < 2.0 < found[1.0]


def test_the_bound_of_a_string_does_not_depend_on_those_that_are_measured_with_it():
    model, _, test = few(TINY)
    terms, mu = terms_of(model, test, 0, torch.device("cpu"))
    for row in (0, 7):
        alone, of_alone = terms_of(model, test[row : row + 1], 0, torch.device("cpu"))
        torch.testing.assert_close(alone.kl[0], terms.kl[row])
        torch.testing.assert_close(of_alone[0], mu[row])


def test_written_strings_are_pure_functions_of_the_seed():
    model, _, _ = few(TINY)
    first = write(model, TINY)
    assert len(first) == 20
    assert first == write(model, TINY)
    assert first != write(model, replace(TINY, seed=1))
    assert 0 <= rewritten(model, load_strings("moses_few").test[:5]) <= 100


def test_the_weight_of_the_kl_rises_to_one():
    assert [weight_of_kl(at, 0.3) for at in (0, 0.15, 0.3, 1)] == pytest.approx([0, 0.5, 1, 1])
    assert weight_of_kl(0, 0) == 1


# Molecules.


def test_one_molecule_has_one_canonical_form_and_what_is_none_has_none():
    pytest.importorskip("rdkit", reason=WHY)
    assert molecules.canonical("OCC") == molecules.canonical("C(O)C") == "CCO"
    for wrong in ("", "C(", "c1cc1", "C(C)(C)(C)(C)C", "CX"):
        assert molecules.canonical(wrong) is None
    written = ["OCC", "CCO", "CCN", "C(", "CC"]
    found = molecules.judged(written, ["CCO"])
    assert found == (5, 4, 3, 2)
    shares = canonical_novelty(written, ["C(O)C"], molecules.canonical)
    assert list(found.shares.values()) == pytest.approx([100 * one for one in shares])


def test_the_molecules_that_come_along_are_valid_and_spelt_canonically():
    pytest.importorskip("rdkit", reason=WHY)
    train = load_strings("moses_few").train[:100]
    assert [molecules.canonical(one) for one in train] == list(train)


def test_selfies_bring_the_same_molecules_back_and_any_string_of_them_is_one():
    pytest.importorskip("rdkit", reason=WHY)
    pytest.importorskip("selfies", reason="selfies is in the extra molecules")
    train = load_strings("moses_few").train[:50]
    back = molecules.to_smiles(molecules.to_selfies(train))
    assert [molecules.canonical(one) for one in back] == list(train)
    tokens = Alphabet(molecules.to_selfies(train), molecules.BRACKETED).tokens
    draws = np.random.default_rng(0)
    random = ["[C]" + "".join(draws.choice(tokens, 20)) for _ in range(30)]
    assert None not in [molecules.canonical(one) for one in molecules.to_smiles(random)]


@pytest.mark.parametrize("strings", ["smiles", "selfies"])
def test_a_run_reports_the_bound_and_what_was_written(strings):
    pytest.importorskip("rdkit", reason=WHY)
    pytest.importorskip("selfies", reason="selfies is in the extra molecules")
    result = reproduce(replace(TINY, strings=strings), Place(TINY))
    found = {quantity.name: quantity.ours for quantity in result.quantities}
    assert found["-ELBO, test"] > found["KL, test"] > 0
    assert found["-ELBO of a token, test"] < found["-ELBO, test"] / 10
    assert {"valid, %", "unique, of valid, %", "novel, of unique, %", "written again, %"} < set(found)


def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice):
    pytest.importorskip("rdkit", reason=WHY)
    protocol = replace(TINY, word_dropout=0.3, precision="bfloat16")
    through, resumed, _ = run_twice(reproduce, protocol, 2, "model")
    assert resumed.quantities[:-1] == through.quantities[:-1]  # the last are processor seconds
    assert resumed.curve == through.curve


def test_without_rdkit_a_run_is_refused_before_it_trains(monkeypatch):
    monkeypatch.setattr(molecules, "find_spec", lambda name: None)
    with pytest.raises(OperationFailed, match=r"rdkit and selfies cannot be found\. Install what molecules need"):
        reproduce(replace(TINY, strings="selfies"), Place(TINY))


def test_pictures_show_the_bound_what_was_written_and_a_line_between_two_codes():
    pytest.importorskip("rdkit", reason=WHY)
    figures = draw(reproduce(TINY, Place(TINY)))
    assert set(figures) == {f"smiles_free_bits_0.1_{name}" for name in ("bound", "written", "between")}
    assert len(figures["smiles_free_bits_0.1_between"].axes) == 12
