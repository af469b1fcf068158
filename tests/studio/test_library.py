"""The library: what is found, by whom, what a killed process leaves, what is deleted and when."""

from __future__ import annotations

import json

import pytest

from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.render import RenderRequest
from archviz.render.recipe import read_recipe
from archviz.studio import JobStore, Library, Projects, SavedCamera, new_id
from archviz.studio.worker import Worker
from tests.studio.killing import killed_at_each_statement
from tests.studio.shelf import finish_next, make_picture, write_files

ANNA, BINH = new_id(), new_id()
HOI_AN = RenderRequest(prompt="white stucco, phố cổ", environment="hoi-an", lighting="golden-hour", view="front")
SNOW = RenderRequest(prompt="timber house", environment="snow", lighting="noon", seed=3)


@pytest.fixture
def library(store: JobStore) -> Library:
    return Library(store.database)


@pytest.fixture
def projects(store: JobStore) -> Projects:
    return Projects(store.database)


def _ids(library: Library, session: str = ANNA, **asked: object) -> list[str]:
    return [picture.id for picture in library.pictures(session, **asked)]  # type: ignore[arg-type]


def test_a_rendered_picture_is_in_the_library_with_its_recipe_and_settings(
    store: JobStore, worker: Worker, library: Library, request_of_house: RenderRequest
) -> None:
    job = store.submit(ANNA, request_of_house)
    assert worker.run_one()
    (picture,) = library.pictures(ANNA)
    assert picture.id == job.id and picture.request == request_of_house and picture.own
    recipe, _ = read_recipe(store.result_folder(job) / "picture.png")
    assert recipe.items() <= json.loads(picture.recipe_json).items()
    assert picture.summary["fidelity"].keys() >= {"edge_recall", "silhouette_iou", "shadow_agreement"}
    again = store.submit(ANNA, picture.request)
    assert worker.run_one()
    same, _ = read_recipe(store.result_folder(again) / "picture.png")
    assert same == recipe, "opened again, it is the same picture"


def test_a_job_that_left_no_picture_is_in_no_library(store: JobStore, library: Library) -> None:
    store.submit(ANNA, SNOW)
    job = store.claim()
    assert job is not None
    store.fail(job, "no")
    assert library.pictures(ANNA) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", "both"), ("stucco", "hoi-an"), ("PHO co", "hoi-an"), ("hội an", "hoi-an"), ("giờ vàng", "hoi-an"),
        ("golden stuc", "hoi-an"), ("hoi-an", "hoi-an"), ("snow", "snow"), ("favourite client", "snow"),
        ("khách", "snow"), ("stucco timber", "none"), ("tucco", "none"), ("%", "both"), ("' OR 1=1 --", "none"),
    ],
)  # fmt: skip
def test_search(store: JobStore, library: Library, words: str, found: str) -> None:
    first, second = make_picture(store, ANNA, HOI_AN), make_picture(store, ANNA, SNOW)
    library.set_note(ANNA, second.id, "the client's favourite")
    library.set_tags(ANNA, second.id, ["Khách hàng", "khách hàng ", "Khách hàng"])
    assert library.picture(ANNA, second.id).tags == ("Khách hàng", "khách hàng")  # type: ignore[union-attr]
    expected = {"both": [second.id, first.id], "hoi-an": [first.id], "snow": [second.id], "none": []}[found]
    assert _ids(library, words=words) == expected


def test_favourites_projects_and_pages(store: JobStore, library: Library, projects: Projects) -> None:
    villa = projects.create(ANNA, "  Villa \n A ")
    assert villa.name == "Villa A" and villa.pictures == 0
    first = make_picture(store, ANNA, SNOW)
    second = make_picture(store, ANNA, HOI_AN, project=villa.id)
    library.set_favourite(ANNA, first.id, True)
    assert _ids(library, favourites=True) == [first.id]
    assert _ids(library, project=villa.id) == [second.id]
    assert _ids(library, limit=1, offset=1) == [first.id]
    assert [(p.name, p.pictures) for p in projects.all(ANNA)] == [("", 1), ("Villa A", 1)]
    library.move(ANNA, first.id, villa.id)
    assert _ids(library, project=villa.id) == [second.id, first.id]
    assert [design for design, _ in projects.designs(ANNA, villa.id)] == ["text"]
    projects.rename(ANNA, villa.id, "Villa B")
    assert {p.name for p in projects.all(ANNA)} == {"", "Villa B"}
    for name in ("", " \n", "x" * 81):
        with pytest.raises(OptionError, match="one line of up to 80"):
            projects.create(ANNA, name)
    with pytest.raises(OptionError, match="2001 letters is too long"):
        library.set_note(ANNA, first.id, "x" * 2001)
    with pytest.raises(OptionError, match="21 tags"):
        library.set_tags(ANNA, first.id, [str(n) for n in range(21)])


def test_another_session_sees_and_changes_nothing(store: JobStore, library: Library, projects: Projects) -> None:
    job = make_picture(store, ANNA, SNOW)
    project = library.pictures(ANNA)[0].project
    theirs = make_picture(store, BINH, HOI_AN)
    library.set_favourite(BINH, job.id, True)
    library.set_note(BINH, job.id, "mine")
    library.set_tags(BINH, job.id, ["mine"])
    library.trash(BINH, job.id)
    library.move(BINH, job.id, library.pictures(BINH)[0].project)
    projects.rename(BINH, project, "mine")
    projects.trash(BINH, project)
    assert projects.share(BINH, project) is None
    assert library.picture(BINH, job.id) is None and projects.get(BINH, project) is None
    assert _ids(library, BINH) == _ids(library, BINH, words="") == [theirs.id]
    assert _ids(library, BINH, project=project) == [] and projects.designs(BINH, project) == []
    (mine,) = library.pictures(ANNA)
    assert (mine.favourite, mine.note, mine.tags, mine.project) == (False, "", (), project)
    stray = store.submit(BINH, SNOW, project=project)
    assert stray.project != project, "nothing is put into another's project"
    for odd in ("", "../x", "' OR 1=1 --", None):
        assert library.picture(ANNA, odd) is None and projects.get(ANNA, odd) is None
        assert projects.join(BINH, odd or "") is None


def test_a_shared_project_is_looked_at_until_it_is_taken_back(
    store: JobStore, library: Library, projects: Projects
) -> None:
    job = make_picture(store, ANNA, SNOW)
    kept = projects.create(ANNA, "Kept")
    private = make_picture(store, ANNA, HOI_AN, project=kept.id)
    project = next(p for p in projects.all(ANNA) if not p.name)
    key = projects.share(ANNA, project.id)
    assert key is not None and len(bytes.fromhex(key)) == 16 and projects.share(ANNA, project.id) == key
    assert projects.join(BINH, new_id()) is None
    joined = projects.join(BINH, key)
    assert joined is not None and (joined.id, joined.own, joined.share_key) == (project.id, False, None)
    assert _ids(library, BINH) == [job.id] and library.picture(BINH, private.id) is None
    library.set_note(BINH, job.id, "graffiti")
    library.trash(BINH, job.id)
    assert library.picture(BINH, job.id).note == ""  # type: ignore[union-attr]
    library.trash(ANNA, job.id)
    assert _ids(library, BINH) == _ids(library, BINH, trashed=True) == []
    assert library.picture(BINH, job.id) is None, "what is thrown away is not shared"
    library.restore(ANNA, job.id)
    projects.unshare(ANNA, project.id)
    assert _ids(library, BINH) == [] and projects.join(BINH, key) is None
    assert projects.share(ANNA, project.id) != key


def test_trash_is_undone_until_it_is_emptied(store: JobStore, library: Library, projects: Projects) -> None:
    first, second = make_picture(store, ANNA, SNOW), make_picture(store, ANNA, HOI_AN)
    theirs = make_picture(store, BINH, SNOW)
    library.trash(BINH, theirs.id)
    library.set_tags(ANNA, first.id, ["a"])
    library.trash(ANNA, first.id)
    assert _ids(library) == [second.id] and _ids(library, trashed=True) == [first.id]
    assert (store.result_folder(first) / "picture.png").exists()
    library.restore(ANNA, first.id)
    assert _ids(library) == [second.id, first.id] and library.pictures(ANNA)[1].tags == ("a",)
    library.trash(ANNA, first.id)
    assert library.empty_trash(ANNA) == 1 and library.empty_trash(ANNA) == 0
    assert not store.result_folder(first).exists() and store.get(ANNA, first.id) is None
    assert library.picture(ANNA, first.id) is None
    assert store.result_folder(second).exists() and store.result_folder(theirs).exists()
    project = library.pictures(ANNA)[0].project
    projects.trash(ANNA, project)
    assert _ids(library) == [] and [p.id for p in projects.all(ANNA, trashed=True)] == [project]
    projects.restore(ANNA, project)
    assert _ids(library) == [second.id]
    projects.trash(ANNA, project)
    assert library.empty_trash(ANNA) == 1 and projects.all(ANNA, trashed=True) == []
    assert not store.result_folder(second).exists()


def test_saved_views(store: JobStore, projects: Projects) -> None:
    camera = Camera(position_m=(1, -20, 2), target_m=(0, 0, 3), size=Size(height=480, width=640))
    projects.keep_view(ANNA, "sample:house.glb", SavedCamera(name="Từ cổng", camera=camera))
    projects.keep_view(ANNA, "sample:house.glb", SavedCamera(name="Từ cổng", camera=camera))
    assert projects.views(ANNA, "sample:house.glb") == [SavedCamera(name="Từ cổng", camera=camera)]
    assert projects.views(ANNA, "text") == projects.views(BINH, "sample:house.glb") == []
    projects.drop_view(BINH, "sample:house.glb", "Từ cổng")
    assert len(projects.views(ANNA, "sample:house.glb")) == 1
    projects.drop_view(ANNA, "sample:house.glb", "Từ cổng")
    assert projects.views(ANNA, "sample:house.glb") == []


def _everything(store: JobStore) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the file, which is sound."""
    found = {}
    with store.database.read() as db:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        for table in ("jobs", "projects", "guests", "designs", "sets", "pictures", "tags", "purges"):
            found[table] = db.execute(f"SELECT * FROM {table}").fetchall()
    return found


@pytest.mark.parametrize("action", ["finish", "tags", "move", "trash", "share", "claim"])
def test_killed_at_any_statement_a_change_is_whole_or_did_not_happen(
    store: JobStore, library: Library, projects: Projects, action: str
) -> None:
    picture = make_picture(store, ANNA, HOI_AN)
    library.set_tags(ANNA, picture.id, ["before"])
    villa = projects.create(ANNA, "Villa")
    running = store.submit(ANNA, SNOW)
    if action == "finish":
        assert store.claim() is not None
        write_files(store, running)
    actions = {
        "finish": lambda: store.finish(running),
        "tags": lambda: library.set_tags(ANNA, picture.id, ["a", "b", "c"]),
        "move": lambda: library.move(ANNA, picture.id, villa.id),
        "trash": lambda: library.trash(ANNA, picture.id),
        "share": lambda: projects.share(ANNA, villa.id),
        "claim": store.claim,
    }
    before = _everything(store)
    for _ in killed_at_each_statement(actions[action]):
        assert _everything(JobStore(store.home)) == before, "all or nothing: every death was before the COMMIT"
    after = _everything(store)
    assert after != before
    if action == "finish":
        assert {p.id for p in library.pictures(ANNA)} == {picture.id, running.id}
        assert {j.state for j in store.jobs_of(ANNA)} == {"done"}


def test_killed_while_the_trash_is_emptied_the_rest_follows(store: JobStore, library: Library) -> None:
    kept = make_picture(store, ANNA, SNOW)
    gone = [make_picture(store, ANNA, HOI_AN) for _ in range(2)]
    for job in gone:
        library.trash(ANNA, job.id)
    for _ in killed_at_each_statement(lambda: library.empty_trash(ANNA)):
        known = set(_ids(library, trashed=True))
        for job in gone:
            if job.id in known:
                assert (store.result_folder(job) / "picture.png").exists(), "nothing is known whose files are gone"
        library.purge()
        left = {p.name for p in store.home.results.iterdir()}
        assert left == {kept.id, *known}, "and no files stay that nothing knows"
    library.purge()
    assert {p.name for p in store.home.results.iterdir()} == {kept.id} == set(_ids(library))


def test_a_second_tab_and_a_restart_find_the_same(store: JobStore, library: Library) -> None:
    job = make_picture(store, ANNA, SNOW)
    library.set_note(ANNA, job.id, "kept")
    other = Library(JobStore(store.home).database)
    assert other.pictures(ANNA) == library.pictures(ANNA)
    other.set_favourite(ANNA, job.id, True)
    assert library.pictures(ANNA)[0].favourite


def test_files_that_are_finished_in_the_queue_are_finished_in_the_library(store: JobStore, library: Library) -> None:
    store.submit(ANNA, SNOW)
    job = finish_next(store, environment=None, lighting=None, view=None)
    assert _ids(library) == [job.id]
