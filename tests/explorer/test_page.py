"""The page as a learner uses it: pointer, keys, touch, drawing, address, tasks, and for those who see or hear it."""

import json
import re

import pytest

from common.architecture import MLP, Conv
from common.training.plan import TrainingPlan

pytestmark = pytest.mark.browser

LARGEST_FILE = 6 * 2**20
REDRAW_MS, READY_SECONDS = 8, 2
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SHOWN = "JSON.stringify(explorer.state, (key, value) => key === 'model' ? value.name : value)"
FAST_CLOCK = "const now = performance.now.bind(performance); performance.now = () => 1000 * now()"
NONSENSE = (
    "#m=<img src=x onerror=alert(1)>&z=NaN,1e999&view=<b>&t=99&i=-5&k=1e9&s=x&axes=0,0",
    "#z=1,2,3,4&x=AAAA&t=&i=two",
    "#" + "z=1" * 9000,
    "#%E0%A4%A&&&==&z=,",
)


def z_of(page):
    return [round(value, 2) for value in page.evaluate("Array.from(explorer.state.z)")]


def settle(page):
    """Wait until all that waits for a pause has been drawn."""
    page.wait_for_timeout(600)


def center_of(page, selector):
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["width"]


def decoded(page):
    return page.evaluate("byId('decoded').toDataURL()")


def test_a_drag_over_the_plane_moves_z_and_each_redraw_takes_at_most_eight_milliseconds(shipped, visit):
    page = visit(shipped)
    before = decoded(page)
    x, y, width = center_of(page, "#plane")
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(x + step * width / 160, y - step * width / 320)
    page.mouse.up()
    settle(page)
    assert z_of(page) == pytest.approx([59 / 20, 59 / 40], abs=0.06)
    assert decoded(page) != before
    assert page.url.split("z=")[1].startswith(",".join(f"{value:.2f}" for value in z_of(page)))
    times = sorted(page.evaluate("performance.getEntriesByName('redraw').map((entry) => entry.duration)"))
    assert times[len(times) // 2] <= REDRAW_MS


def test_the_page_is_small_and_soon_ready(shipped, visit):
    assert shipped.stat().st_size <= LARGEST_FILE
    page = visit(shipped)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.reload()
    measured = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    assert page.evaluate("performance.getEntriesByName('ready').length") == 1
    assert measured["TaskDuration"] < READY_SECONDS


def test_every_key_of_the_plane_does_what_its_label_says(shipped, visit):
    page = visit(shipped, "#m=twenty_latents&axes=3,7")
    page.focus("#plane")
    page.keyboard.press("Home")
    assert set(z_of(page)) == {0}
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    assert (z_of(page)[3], z_of(page)[7]) == (0.05, 0.5)
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowDown")
    assert z_of(page)[6] == -0.05
    settle(page)
    assert "z[6]" in page.inner_text("#spoken")


def test_sliders_and_number_fields_move_z_without_a_drag(shipped, visit):
    page = visit(shipped)
    page.get_by_label("z[1], number").fill("1.25")
    page.get_by_label("z[0], slider").fill("-2")
    assert z_of(page) == [-2, 1.25]
    page.get_by_label("z[1], number").fill("")
    assert z_of(page) == [-2, 1.25]


def test_a_tap_on_a_phone_moves_z_and_draws(shipped, visit):
    page = visit(shipped, **PHONE)
    x, y, width = center_of(page, "#plane")
    page.touchscreen.tap(x + width / 8, y)
    assert z_of(page) == pytest.approx([1, 0], abs=0.05)
    page.locator("#clear").tap()
    page.touchscreen.tap(*center_of(page, "#pad")[:2])
    assert page.evaluate("sum(explorer.state.x)") > 0


def test_a_drawing_is_encoded_and_its_loss_map_and_bars_sum_to_the_numbers_shown(shipped, visit):
    page = visit(shipped)
    page.click("#clear")
    x, y, width = center_of(page, "#pad")
    page.mouse.move(x - width / 5, y - width / 4)
    page.mouse.down()
    page.mouse.move(x + width / 5, y - width / 4, steps=5)
    page.mouse.move(x, y + width / 4, steps=5)
    page.mouse.up()
    settle(page)
    said = page.inner_text("#image-text")
    reconstruction, kl, whole = map(float, re.findall(r"-?\d+\.\d+", said)[:3])
    assert said.startswith("Your drawing")
    assert reconstruction == pytest.approx(page.evaluate("sum(measured.nats)"), abs=0.006)
    assert whole == pytest.approx(reconstruction + kl, abs=0.02)
    bars = page.locator("#latents tr td:nth-child(4) span").all_inner_texts()
    assert kl == pytest.approx(sum(map(float, bars)), abs=0.02)
    bound, average = map(float, re.findall(r"-\d+\.\d+", page.inner_text("#bound"))[:2])
    assert bound > average
    page.focus("#pad")
    page.keyboard.press("Delete")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert page.evaluate("Array.from(explorer.state.x).indexOf(1)") == 28
    assert "Row 1, column 0" in page.inner_text("#pixel-text")


def test_a_link_brings_back_what_was_shown(shipped, visit):
    page = visit(shipped, "#m=beta_4&z=0.50,-1.20&view=ratio&t=3&s=2")
    page.click("#clear")
    x, y, _ = center_of(page, "#pad")
    page.mouse.click(x, y)
    page.click("#copy")
    link = page.input_value("#link")
    other = visit(shipped, "#" + link.split("#")[1])
    one, again = (json.loads(each.evaluate(SHOWN)) for each in (page, other))
    for name in ("model", "z", "view", "task", "seed", "k", "image", "x"):
        assert one[name] == again[name], name
    assert (one["model"], one["image"], sum(one["x"].values())) == ("beta_4", None, 5)


@pytest.mark.parametrize("address", NONSENSE)
def test_nonsense_in_the_address_is_left_aside_and_never_put_into_the_page(address, shipped, visit):
    page = visit(shipped, address)
    settle(page)
    assert page.evaluate("explorer.state.model.name") == "beta_1"
    assert all(abs(value) <= 8 for value in z_of(page))
    assert page.locator("img, b").count() == 0
    assert "NaN" not in page.inner_text("main")
    assert page.evaluate("explorer.state.task") <= 8


def test_the_back_button_steps_through_tasks(shipped, visit):
    page = visit(shipped)
    page.click("#task-next")
    page.click("#task-next")
    page.go_back()
    settle(page)
    assert page.inner_text("#task-title").startswith("Task 2")
    page.go_forward()
    settle(page)
    assert page.inner_text("#task-title").startswith("Task 3")


@pytest.mark.parametrize("task", range(1, 9))
def test_a_task_asks_first_and_then_says_what_is_measured(task, shipped, visit):
    page = visit(shipped, f"#t={task}")
    assert page.inner_text("#task-question").endswith("?")
    assert page.inner_text("#task-answer") == ""
    page.fill("#task-guess", "far apart")
    page.click("#task-act")
    settle(page)
    page.click("#task-compare summary")
    page.locator("#task-answer", has_text=re.compile(r"\d")).wait_for()
    answer = page.inner_text("#task-answer")
    assert len(re.findall(r"\d+\.\d+", answer)) >= 2
    assert not re.search("NaN|undefined|Infinity", answer)
    assert page.input_value("#task-guess") == "far apart"


def test_a_run_of_ones_own_has_the_tasks_that_it_can_serve(page_of, visit):
    page = visit(page_of(TrainingPlan(architecture=MLP(hidden=7, latents=3))), "#t=6")
    assert "the models that come with the course" in page.inner_text("#task-how")
    settle(page)
    assert not page.is_visible("#betas")
    for task in (1, 3, 4, 8):
        page.locator("#task-numbers button").nth(task - 1).click()
        page.click("#task-act")
        page.click("#task-compare summary")
        page.locator("#task-answer", has_text=re.compile(r"\d")).wait_for()
        assert re.search(r"\d+\.\d+", page.inner_text("#task-answer"))


@pytest.mark.parametrize(("latents", "likelihood"), [(1, "bernoulli"), (2, "gaussian")])
def test_runs_of_other_kinds_are_shown_too(latents, likelihood, page_of, visit):
    plan = TrainingPlan(architecture=MLP(hidden=5, latents=latents, likelihood=likelihood))
    page = visit(page_of(plan))
    page.focus("#plane")
    page.keyboard.press("ArrowRight")
    page.check("#show-sample")
    settle(page)
    assert "NaN" not in page.inner_text("main")
    assert "E[x | z]" in page.inner_text("main")


def test_a_model_that_decodes_slowly_says_so_and_still_follows(page_of, visit):
    page = visit(page_of(TrainingPlan(architecture=Conv(channels=(2, 3), hidden=4, latents=2))))
    assert page.inner_text("#notice") == ""
    page.add_init_script(FAST_CLOCK)
    page.reload()
    assert "more than the 10 ms that fit into a frame" in page.inner_text("#notice")
    before = decoded(page)
    page.focus("#plane")
    page.keyboard.press("Shift+ArrowUp")
    settle(page)
    assert decoded(page) != before


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["#t=2&view=ratio", "#m=twenty_latents&t=7"])
def test_axe_finds_nothing_in_the_way_of_a_reader(scheme, address, shipped, visit):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(shipped, address, color_scheme=scheme)
    settle(page)
    page.click("#task-compare summary")
    page.click("#copy")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [360, 640])
def test_nothing_sticks_out_on_a_small_screen_or_at_twice_the_size(width, shipped, visit):
    page = visit(shipped, "#m=twenty_latents", viewport={"width": width, "height": 800})
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_moves_by_itself(shipped, visit):
    page = visit(shipped, reduced_motion="no-preference")
    settle(page)
    assert page.evaluate("document.getAnimations().length") == 0
    before = page.evaluate("performance.getEntriesByName('redraw').length")
    settle(page)
    assert page.evaluate("performance.getEntriesByName('redraw').length") == before
