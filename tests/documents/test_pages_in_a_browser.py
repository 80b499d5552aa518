"""The report's page as people see it: phone and desk, English and Khmer, light and dark."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("kamrieng")]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
SEEN = [(lang, size) for lang in ("en", "km") for size in (PHONE, DESK)]


@pytest.fixture(params=SEEN, ids=lambda seen: f"{seen[0]}-{seen[1]['width']}")
def page(request, browser, kamrieng):
    lang, size = request.param
    context = browser.new_context(viewport=size, offline=True)
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda call: page.asked.append(call.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto((kamrieng / lang / "report" / "index.html").as_uri())
    page.evaluate("document.fonts.ready")
    yield page
    context.close()


def test_nothing_runs_off_the_page(page):
    width, room = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert width <= room
    cut = page.evaluate(
        """[...document.querySelectorAll('p, h1, h2, h3, li, figcaption, figure svg')]
           .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
           .map(e => e.textContent.slice(0, 60))"""
    )
    assert cut == []


def test_words_in_figures_stay_inside_them(page):
    outside = page.evaluate(
        """[...document.querySelectorAll('figure svg')].flatMap(svg => {
             const frame = svg.getBoundingClientRect();
             return [...svg.querySelectorAll('text')].filter(text => {
               const box = text.getBoundingClientRect();
               return box.left < frame.left - 1 || box.right > frame.right + 1;
             }).map(text => text.textContent);
           })"""
    )
    assert outside == []


def test_it_asks_only_for_its_own_files_and_says_no_errors(page):
    assert page.asked
    assert all(url.startswith("file:") for url in page.asked)
    assert page.said == []


def test_its_own_khmer_font_is_used(page):
    loaded = page.evaluate(
        "[...document.fonts].filter(f => f.status == 'loaded').map(f => f.family)"
    )
    families = {family.strip('"') for family in loaded}
    assert "Noto Sans" in families or page.evaluate("document.documentElement.lang") == "km"
    if page.evaluate("document.documentElement.lang") == "km":
        assert "Noto Sans Khmer" in families


def test_every_link_leads_somewhere_and_every_number_to_its_table(page):
    broken = page.evaluate(
        """[...document.querySelectorAll('a[href^="#"]')]
           .filter(a => !document.getElementById(a.hash.slice(1))).map(a => a.hash)"""
    )
    assert broken == []
    number = page.locator("a.cell").first
    target = number.get_attribute("href")
    number.click()
    assert page.locator(str(target)).bounding_box()["y"] < page.viewport_size["height"]


def test_all_tables_are_tables_with_names_and_heads(page):
    assert page.locator("table").count() == 19
    assert page.locator("table:not(:has(caption))").count() == 0
    assert page.locator("table:not(:has(thead th))").count() == 0
    assert page.locator(".box[tabindex='0']").count() == 19, "wide tables scroll by keyboard"
    assert page.locator("figure [role=img][aria-label]").count() == page.locator("figure").count()


@pytest.mark.parametrize("lang", ["en", "km"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_schemes(browser, kamrieng, lang, scheme):
    """Contrast of text against its ground: at least 4.5 to 1 (WCAG AA)."""
    context = browser.new_context(viewport=PHONE, color_scheme=scheme)
    page = context.new_page()
    page.goto((kamrieng / lang / "report" / "index.html").as_uri())
    worst = page.evaluate(
        """() => {
          const light = c => { const v = c.map(x => { x /= 255;
              return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4; });
              return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
          const numbers = s => s.match(/[\\d.]+/g).map(Number);
          const ground = e => { for (; e; e = e.parentElement) {
              const c = numbers(getComputedStyle(e).backgroundColor);
              if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
          let worst = 21;
          for (const e of document.querySelectorAll('p, h1, h2, h3, li, th, td, a, caption b')) {
            if (!e.textContent.trim()) continue;
            const a = light(numbers(getComputedStyle(e).color).slice(0, 3)), b = light(ground(e));
            worst = Math.min(worst, (Math.max(a, b) + .05) / (Math.min(a, b) + .05));
          }
          return worst; }"""
    )
    context.close()
    assert worst >= 4.5
