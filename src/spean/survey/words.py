"""Expressions in words: who was asked, as a person would say it."""

from collections.abc import Callable, Mapping

from spean.survey.xpath import Call, Literal, Node, Op, Ref

Say = Mapping[str, str]

_PHRASES: Mapping[str, Say] = {
    "is": {
        "en": "answered “{b}” to “{a}”",
        "km": "ឆ្លើយថា «{b}» ចំពោះសំណួរ «{a}»",
        "th": "ตอบว่า “{b}” ในคำถาม “{a}”",
    },
    "is_not": {
        "en": "did not answer “{b}” to “{a}”",
        "km": "មិនបានឆ្លើយថា «{b}» ចំពោះសំណួរ «{a}»",
        "th": "ไม่ได้ตอบว่า “{b}” ในคำถาม “{a}”",
    },
    "filled": {
        "en": "answered “{a}”",
        "km": "បានឆ្លើយសំណួរ «{a}»",
        "th": "ตอบคำถาม “{a}”",
    },
    "blank": {
        "en": "did not answer “{a}”",
        "km": "មិនបានឆ្លើយសំណួរ «{a}»",
        "th": "ไม่ได้ตอบคำถาม “{a}”",
    },
    "compare": {"en": "“{a}” {op} {b}", "km": "«{a}» {op} {b}", "th": "“{a}” {op} {b}"},
    "and": {"en": "{a} and {b}", "km": "{a} និង{b}", "th": "{a} และ{b}"},
    "or": {"en": "{a} or {b}", "km": "{a} ឬ{b}", "th": "{a} หรือ{b}"},
    "not": {"en": "not ({a})", "km": "មិនមែន ({a})", "th": "ไม่ใช่ ({a})"},
    "all": {"en": "everyone interviewed", "km": "អ្នកដែលបានសម្ភាសទាំងអស់", "th": "ทุกคนที่ได้สัมภาษณ์"},
}
_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "=": "=", "!=": "≠"}

Label = Callable[[str, str], str]
"""(variable, language) to the question's words."""
ValueLabel = Callable[[str, str, str], str]
"""(variable, code, language) to the answer's words."""


def phrase(key: str, lang: str, **parts: str) -> str:
    """Fill one of the fixed phrases in a language (English where it is missing)."""
    return _PHRASES[key].get(lang, _PHRASES[key]["en"]).format(**parts)


def in_words(node: Node, lang: str, label: Label, value_label: ValueLabel) -> str:
    """Say a condition in words of the language."""

    def go(part: Node) -> str:
        return in_words(part, lang, label, value_label)

    def plain(part: Node) -> str:
        if isinstance(part, Ref):
            return label(part.name, lang)
        if isinstance(part, Literal):
            return f"{part.value:g}" if isinstance(part.value, float) else part.value
        if isinstance(part, Op):
            return f"{plain(part.left)} {_SIGNS.get(part.op, part.op)} {plain(part.right)}"
        return f"{part.name}({', '.join(map(plain, part.args))})"

    if isinstance(node, Op) and node.op in ("and", "or"):
        return phrase(node.op, lang, a=go(node.left), b=go(node.right))
    if isinstance(node, Call) and node.name == "not":
        inner = node.args[0]
        if isinstance(inner, Call) and inner.name == "selected" and isinstance(inner.args[0], Ref):
            name, code = inner.args[0].name, plain(inner.args[1])
            return phrase("is_not", lang, a=label(name, lang), b=value_label(name, code, lang))
        return phrase("not", lang, a=go(inner))
    if isinstance(node, Call) and node.name == "selected" and isinstance(node.args[0], Ref):
        name, code = node.args[0].name, plain(node.args[1])
        return phrase("is", lang, a=label(name, lang), b=value_label(name, code, lang))
    if isinstance(node, Op) and isinstance(node.left, Ref) and isinstance(node.right, Literal):
        name, code = node.left.name, plain(node.right)
        if code == "" and node.op in ("=", "!="):
            return phrase("blank" if node.op == "=" else "filled", lang, a=label(name, lang))
        if isinstance(node.right.value, str) and node.op in ("=", "!="):
            key = "is" if node.op == "=" else "is_not"
            return phrase(key, lang, a=label(name, lang), b=value_label(name, code, lang))
    if isinstance(node, Op):
        sign = _SIGNS.get(node.op, node.op)
        return phrase("compare", lang, a=plain(node.left), op=sign, b=plain(node.right))
    return plain(node)
