"""What stands beside a measured number."""

from common.provenance import provenance


def test_provenance_describes_the_machine_in_words_and_an_iso_date():
    found = provenance(threads=1)
    assert found["hardware"].startswith("1 thread on ")
    assert " CPU cores (" in found["hardware"]
    assert len(found["date"].split("-")) == 3
