"""Banners of a plan: groups side by side, one nested in another, several beside each other."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spean.survey.xpath import Node
from spean.tables.model import Text
from spean.tables.plan import BannerPlan, GroupPlan, both

if TYPE_CHECKING:
    from spean.tables.plan_reader import PlanReader


def read_banners(
    reader: "PlanReader", section: Mapping[str, Mapping[str, Any]], groups: dict[str, GroupPlan]
) -> dict[str, BannerPlan]:
    """Read banners; groups of nested ones are added to ``groups``."""
    plain = {name: _banner(reader, name, raw, groups) for name, raw in section.items()}
    found = {}
    for name, raw in section.items():
        found[name] = _nested(reader, name, raw, plain, groups) if "nest" in raw else plain[name]
    return found


def _banner(
    reader: "PlanReader", name: str, raw: Mapping[str, Any], groups: Mapping[str, GroupPlan]
) -> BannerPlan:
    parts, whole = tuple(raw.get("parts", ())), str(raw.get("whole", ""))
    for group in (*raw.get("groups", ()), *parts, *([whole] if whole else ())):
        if group not in groups:
            where = f"banner.{name}, key groups"
            reader.wrong(where, f"there is no group “{group}”.", "Add it.")
    differences = []
    for pair in raw.get("differences", ()):
        if len(pair) == 2 and set(pair) <= set(raw.get("groups", ())):
            differences.append((str(pair[0]), str(pair[1])))
        else:
            where = f"banner.{name}, key differences"
            reader.wrong(where, f"{pair!r} are not two groups of the banner.", "Name two.")
    return BannerPlan(
        name,
        reader.text(raw, "label", name),
        tuple(raw.get("groups", ())),
        parts,
        whole,
        ((parts, whole),) if parts else (),
        differences=tuple(differences),
    )


def _nested(
    reader: "PlanReader",
    name: str,
    raw: Mapping[str, Any],
    banners: Mapping[str, BannerPlan],
    groups: dict[str, GroupPlan],
) -> BannerPlan:
    """Cross two banners: every group of the second within every part of the first."""
    where, pair = f"banner.{name}, key nest", raw["nest"]
    if not isinstance(pair, list) or len(pair) != 2 or any(one not in banners for one in pair):
        reader.wrong(where, f"{pair!r} are not two banners.", 'Write nest = ["outer", "inner"].')
        return BannerPlan(name, reader.text(raw, "label", name), ())
    outer, inner = (banners[one] for one in pair)
    outside = outer.parts or outer.groups
    over: dict[str, Text] = {}
    made: list[str] = []
    splits = []
    for one in (name for name in outside if name in groups):
        for other in (name for name in inner.groups if name in groups):
            made.append(_crossed(groups, one, other))
            over[made[-1]] = groups[one].label
        if inner.parts:
            parts = tuple(_crossed(groups, one, other) for other in inner.parts if other in groups)
            splits.append((parts, one))
    extra = tuple(group for group in raw.get("groups", ()) if group in groups)
    label = reader.text(raw, "label", name)
    first = splits[0] if splits else ((), "")
    return BannerPlan(name, label, (*made, *extra), first[0], first[1], tuple(splits), over)


def _crossed(groups: dict[str, GroupPlan], one: str, other: str) -> str:
    name = one if groups[other].where is None else f"{one}_{other}"
    if name not in groups:
        where: Node | None = both([groups[one].where, groups[other].where])
        groups[name] = GroupPlan(name, groups[other].label, where)
    return name


def beside(name: str, banners: Sequence[BannerPlan]) -> BannerPlan:
    """Put banners beside each other; a group that stands in an earlier one is not repeated."""
    if len(banners) == 1:
        return banners[0]
    over: dict[str, Text] = {}
    for banner in banners:
        for group in banner.groups:
            over.setdefault(group, banner.over.get(group) or banner.label)
    splits = tuple(split for banner in banners for split in banner.splits)
    first = splits[0] if splits else ((), "")
    label = {
        lang: " · ".join(banner.label.get(lang, banner.id) for banner in banners)
        for lang in banners[0].label
    }
    differences = tuple(pair for banner in banners for pair in banner.differences)
    return BannerPlan(name, label, tuple(over), first[0], first[1], splits, over, differences)
