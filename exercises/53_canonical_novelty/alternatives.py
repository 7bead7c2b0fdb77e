"""Right answers to exercise 53 in other styles."""

from collections import Counter
from itertools import groupby

from numpy_impl.sequences import Shares


class Loops:
    """Lists alone."""

    @staticmethod
    def canonical_novelty(written, training, canonical):
        known, seen, valid, novel = [canonical(one) for one in training], [], 0, 0
        for one in written:
            form = canonical(one)
            if form is None:
                continue
            valid += 1
            if form not in seen:
                seen.append(form)
                novel += form not in known
        return Shares(
            valid / len(written) if written else 0,
            len(seen) / valid if valid else 0,
            novel / len(seen) if seen else 0,
        )


class Counted:
    """A counter of forms, None among them."""

    @staticmethod
    def canonical_novelty(written, training, canonical):
        counts = Counter(map(canonical, written))
        invalid = counts.pop(None, 0)
        valid = sum(counts.values())
        for form in map(canonical, training):
            counts[form] = 0
        unique = len(set(map(canonical, written)) - {None})
        novel = sum(count > 0 for count in counts.values())
        return valid / max(valid + invalid, 1), unique / max(valid, 1), novel / max(unique, 1)


class Sorted:
    """Sorted forms, in groups."""

    @staticmethod
    def canonical_novelty(written, training, canonical):
        forms = sorted(filter(lambda form: form is not None, map(canonical, written)))
        groups = [form for form, _ in groupby(forms)]
        known = frozenset(canonical(one) for one in training)
        new = [form for form in groups if form not in known]
        try:
            return Shares(len(forms) / len(written), len(groups) / len(forms), len(new) / len(groups))
        except ZeroDivisionError:
            return Shares(0.0, 0.0, 0.0)


class Dictionary:
    """A dictionary from form to whether it is known, which every spelling is asked for once."""

    @staticmethod
    def canonical_novelty(written, training, canonical):
        form_of = {one: canonical(one) for one in {*written, *training}}
        known = dict.fromkeys((form_of[one] for one in written if form_of[one] is not None), False)
        for one in training:
            if form_of[one] in known:
                known[form_of[one]] = True
        valid = sum(form_of[one] is not None for one in written)
        parts = []
        for some, whole in (
            (valid, len(written)),
            (len(known), valid),
            (list(known.values()).count(False), len(known)),
        ):
            parts.append(0.0 if whole == 0 else some / whole)
        return Shares(*parts)
