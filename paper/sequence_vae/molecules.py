"""What strings say as molecules: which are valid, how many differ, which are new. RDKit judges, as in MOSES."""

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

from common.errors import OperationFailed

BRACKETED = r"\[[^\]]*\]|\."
"""A symbol of SELFIES."""


class Judged(NamedTuple):
    """Counts: strings in all, those that are valid, different molecules among them, and those not seen in training."""

    written: int
    valid: int
    unique: int
    novel: int

    @property
    def shares(self) -> dict[str, float]:
        """Percentages as MOSES has them: unique of the valid, novel of the unique."""
        named = {"valid": (self.valid, self.written), "unique, of valid": (self.unique, self.valid)}
        named["novel, of unique"] = (self.novel, self.unique)
        return {name: 100 * part / max(whole, 1) for name, (part, whole) in named.items()}


def require(*packages: str) -> None:
    """Raise `OperationFailed` unless these packages are installed.

    Raises
    ------
    OperationFailed
        If one is not; the message says how to install it.
    """
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise OperationFailed(
            f"{' and '.join(missing)} cannot be found.",
            'Install what molecules need: python -m pip install -c constraints.txt -e ".[molecules]"',
        )


def canonical(smiles: str) -> str | None:
    """Return the one SMILES string that RDKit writes for a molecule in all its spellings, or None of no molecule.

    Valid is what RDKit reads, and whose valences and aromatic rings it can make sense of. The empty string is not.
    """
    chem = import_module("rdkit.Chem")
    import_module("rdkit.RDLogger").DisableLog("rdApp.*")
    molecule = chem.MolFromSmiles(smiles) if smiles else None
    return None if molecule is None else chem.MolToSmiles(molecule)


def judged(
    written: Sequence[str], training: Iterable[str], canonical: Callable[[str], str | None] = canonical
) -> Judged:
    """Count valid, unique and novel strings, the last two by the canonical form of molecules.

    ``training`` is taken to be in canonical form already.
    """
    forms = [form for one in written if (form := canonical(one)) is not None]
    unique = set(forms)
    return Judged(len(written), len(forms), len(unique), len(unique.difference(training)))


def to_selfies(smiles: Sequence[str]) -> list[str]:
    """Return the same molecules in the alphabet of SELFIES."""
    selfies = import_module("selfies")
    return [selfies.encoder(one) or "" for one in smiles]


def to_smiles(written: Sequence[str]) -> list[str]:
    """Return SMILES strings of SELFIES."""
    selfies = import_module("selfies")
    return [selfies.decoder(one) or "" for one in written]
