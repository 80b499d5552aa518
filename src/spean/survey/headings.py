"""Headings of a form's sheets: the many spellings that pyxform knows, to one name each.

Source: pyxform 4.5, ``aliases.py`` (survey_header, list_header) and the XLSForm reference.
"""

KNOWN = frozenset(
    [
        "type",
        "name",
        "label",
        "hint",
        "guidance_hint",
        "relevant",
        "required",
        "required_message",
        "constraint",
        "constraint_message",
        "calculation",
        "choice_filter",
        "repeat_count",
        "appearance",
        "default",
        "read_only",
        "trigger",
        "parameters",
        "note",
        "disabled",
        "image",
        "big-image",
        "audio",
        "video",
        "media",
        "list_name",
        "form_title",
        "form_id",
        "version",
        "default_language",
        "allow_choice_duplicates",
        "instance_name",
        "style",
        "public_key",
        "submission_url",
        "universe",
        "review",
        "save_to",
        "body",
        "bind",
        "control",
        "instance",
        "intent",
    ]
)
_SAME_EVERYWHERE = {
    "caption": "label",
    "value": "name",
    "relevance": "relevant",
    "bind::relevant": "relevant",
    "bind::required": "required",
    "bind::constraint": "constraint",
    "bind::calculate": "calculation",
    "bind::readonly": "read_only",
    "bind::jr:constraintmsg": "constraint_message",
    "bind::jr:requiredmsg": "required_message",
    "control::appearance": "appearance",
    "body::appearance": "appearance",
    "control::jr:count": "repeat_count",
    "body::jr:count": "repeat_count",
    "jr:constraintmsg": "constraint_message",
    "jr:requiredmsg": "required_message",
    "jr:count": "repeat_count",
    "count": "repeat_count",
    "calculate": "calculation",
    "constraining_message": "constraint_message",
    "requiredmsg": "required_message",
    "readonly": "read_only",
}
_IN_SHEET = {
    "survey": {**_SAME_EVERYWHERE, "command": "type", "tag": "name"},
    "choices": {"caption": "label", "value": "name", "list": "list_name"},
    "external_choices": {"caption": "label", "value": "name", "list": "list_name"},
    "settings": {"set_form_title": "form_title", "set_form_id": "form_id", "title": "form_title"},
}
_SPLIT_ON_ONE_COLON = frozenset(
    [
        "label",
        "hint",
        "guidance_hint",
        "constraint_message",
        "required_message",
        "image",
        "audio",
        "video",
    ]
)


def plain_heading(text: str, sheet: str) -> str:
    """Give the one name of a heading in a sheet.

    ``Label : English`` is ``label::English``; a heading that nobody knows stays as it is, since a
    choice filter may name it.
    """
    raw = " ".join(text.replace("\xa0", " ").split())
    parts = [part.strip() for part in raw.split("::")] if "::" in raw else _single(raw)
    name = parts[0].lower().replace(" ", "_")
    aliases = _IN_SHEET.get(sheet, {})
    for length in (3, 2, 1):
        whole = "::".join([name, *(part.lower() for part in parts[1:length])])
        whole = whole.replace("::jr::", "::jr:")
        if len(parts) >= length and whole in aliases:
            return "::".join([aliases[whole], *parts[length:]])
    if name == "media" and len(parts) > 1:
        return "::".join([parts[1].lower(), *parts[2:]])
    if name not in KNOWN:
        return raw
    return "::".join([name, *parts[1:]])


def _single(raw: str) -> list[str]:
    """Split at single colons, the old way of writing, where that is what is meant."""
    parts = [part.strip() for part in raw.split(":")]
    first = parts[0].lower().replace(" ", "_")
    if first in _SPLIT_ON_ONE_COLON or first in ("media", "bind", "control", "body"):
        return parts
    return [raw]
