"""Small questions about texts."""


def is_unicode(text: str) -> bool:
    """Whether a text can be written to a file: names of files that are not UTF-8 have lone
    surrogates in Python."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
