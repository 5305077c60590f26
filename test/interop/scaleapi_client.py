"""Every call of Scale's Python SDK that the sandbox serves, compared with what Scale documents.

Arguments: base URL of the sandbox, a live key, a test key. Prints a line per check and a count at the end.
"""

import io
import json
import sys
import time
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

import scaleapi
from scaleapi.exceptions import (
    ScaleDuplicateResource,
    ScaleInvalidRequest,
    ScaleResourceNotFound,
    ScaleUnauthorized,
)
from scaleapi.teams import TeammateRole
from scaleapi.tasks import TaskReviewStatus, TaskStatus, TaskType

BASE_URL, LIVE_KEY, TEST_KEY = sys.argv[1:4]
FIXTURES = Path(__file__).parent.parent / "fixtures"
CONTROL = BASE_URL.removesuffix("/v1") + "/_sandbox"
GEOMETRIES = {"box": {"objects_to_annotate": ["car", "sign"], "min_width": 5}}
IMAGE = "https://assets.example.com/street.jpg"

passed = 0
failed = 0


def check(name, holds, seen=None):
    global passed, failed
    if holds:
        passed += 1
        print(f"ok    {name}")
    else:
        failed += 1
        print(f"FAIL  {name}: {seen!r}")


def equal(name, seen, expected):
    check(name, seen == expected, seen)


def raises(name, error, call):
    try:
        seen = call()
    except error as caught:
        check(name, True)
        return caught
    except Exception as caught:  # the wrong error is what this test is about
        seen = caught
    check(name, False, seen)
    return None


def advance(milliseconds):
    request = urllib.request.Request(
        f"{CONTROL}/time",
        data=f'{{"advance_ms": {milliseconds}}}'.encode(),
        headers={"content-type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).read()


def client(key):
    return scaleapi.ScaleClient(key, source="interop", api_instance_url=BASE_URL)


def image_task(scale, **more):
    return scale.create_task(TaskType.ImageAnnotation, attachment=IMAGE, geometries=GEOMETRIES, **more)


def projects(scale):
    project = scale.create_project("street boxes/1", TaskType.ImageAnnotation, {"instruction": "Box all.", "geometries": GEOMETRIES})
    equal("create_project: name", project.name, "street boxes/1")
    equal("create_project: params become version 0", (project.version, project.instruction), (0, "Box all."))
    raises("create_project: a taken name is a conflict", ScaleDuplicateResource,
           lambda: scale.create_project("street boxes/1", TaskType.ImageAnnotation))
    equal("get_project: a name with a slash", scale.get_project("street boxes/1").type, "imageannotation")
    raises("get_project: unknown", ScaleResourceNotFound, lambda: scale.get_project("nobody"))
    bare = scale.create_project("bare", TaskType.ImageAnnotation, rapid=True)
    equal("create_project: no params, no version", bare.version, None)
    equal("projects: a bare list", sorted(p.name for p in scale.projects()), ["bare", "street boxes/1"])
    equal("get_projects: the same", len(scale.get_projects()), 2)
    updated = scale.update_project("street boxes/1", patch=True, instruction="Box every car.")
    equal("update_project: a patch keeps the rest", updated.params["geometries"], GEOMETRIES)
    equal("update_project: a new version", (updated.version, updated.instruction), (1, "Box every car."))
    replaced = scale.update_project("street boxes/1", geometries=GEOMETRIES, instruction="Only this.")
    equal("update_project: the history is kept", len(replaced.as_dict()["param_history"]), 3)
    raises("update_project: unknown", ScaleResourceNotFound, lambda: scale.update_project("nobody", instruction="x"))


def batches(scale):
    batch = scale.create_batch("street boxes/1", "week 1/a", "", metadata={"week": 1})
    equal("create_batch: an enterprise batch is open at once", batch.status, "in_progress")
    equal("create_batch: metadata", batch.metadata, {"week": 1})
    raises("create_batch: a taken name is a conflict", ScaleDuplicateResource,
           lambda: scale.create_batch("street boxes/1", "week 1/a", ""))
    raises("create_batch: unknown project", ScaleResourceNotFound, lambda: scale.create_batch("nobody", "b", ""))
    equal("get_batch: a name with a slash", scale.get_batch("week 1/a").project, "street boxes/1")
    raises("get_batch: unknown", ScaleResourceNotFound, lambda: scale.get_batch("nobody"))
    equal("batch_status: counts of zero are left out", scale.batch_status("week 1/a"), {"status": "in_progress"})
    equal("finalize_batch: a no-op for enterprise", scale.finalize_batch("week 1/a").status, "in_progress")
    equal("set_batch_metadata", scale.set_batch_metadata("week 1/a", {"new": True}).metadata, {"new": True})

    staging = scale.create_batch("bare", "pilot", "", calibration_batch=True)
    equal("create_batch: a rapid batch is staging", staging.status, "staging")
    for number in range(3):
        image_task(scale, batch="pilot", unique_id=f"pilot-{number}")
    advance(5_000)
    equal("a staging batch is not worked on", scale.batch_status("pilot"), {"status": "staging", "pending": 3})
    equal("Batch.finalize releases it", staging.finalize().status, "in_progress")
    advance(5_000)
    staging.get_status()
    equal("Batch.get_status: all done", (staging.status, staging.tasks_completed, staging.tasks_pending), ("completed", 3, 0))
    raises("no task can be added to a finalized batch", ScaleInvalidRequest, lambda: image_task(scale, batch="pilot"))
    raises("a rapid project needs a batch", ScaleInvalidRequest, lambda: image_task(scale, project="bare"))

    for number in range(5):
        scale.create_batch("street boxes/1", f"page-{number}", "")
    page = scale.batches(project="street boxes/1", limit=2, offset=1)
    equal("batches: page, total and more", (len(page.docs), page.total, page.has_more), (2, 6, True))
    equal("batches: newest first", page.docs[0].name, "page-3")
    equal("get_batches: all pages", len(list(scale.get_batches(project_name="street boxes/1"))), 6)


def tasks(scale):
    task = image_task(scale, project="street boxes/1", batch="week 1/a", unique_id="cat-1", instruction="Own.",
                      metadata={"run": 7}, tags=["a", "b"], priority=30)
    equal("create_task: pending", task.status, TaskStatus.Pending.value)
    equal("create_task: instructions are joined, the task's own first", task.instruction, "Own.\n\nOnly this.")
    equal("create_task: the project's version", task.project_param_version, 2)
    equal("create_task: defaults are filled in", task.params["geometries"]["box"]["min_height"], 0)
    equal("create_task: not a test", task.is_test, False)
    error = raises("create_task: a taken unique_id is a conflict", ScaleDuplicateResource,
                   lambda: image_task(scale, unique_id="cat-1"))
    check("create_task: the conflict names the other task", error and task.id in str(error), str(error))
    raises("create_task: no attachment", ScaleInvalidRequest,
           lambda: scale.create_task(TaskType.ImageAnnotation, geometries=GEOMETRIES))
    raises("create_task: a geometry that is none", ScaleInvalidRequest,
           lambda: scale.create_task(TaskType.ImageAnnotation, attachment=IMAGE, geometries={"circle": {}}))
    raises("create_task: unknown project", ScaleResourceNotFound, lambda: image_task(scale, project="nobody"))
    raises("create_task: a batch of another project", ScaleInvalidRequest,
           lambda: image_task(scale, project="bare", batch="week 1/a"))

    equal("get_task", scale.get_task(task.id).unique_id, "cat-1")
    error = raises("get_task: unknown", ScaleResourceNotFound, lambda: scale.get_task("invalid_task_id"))
    check("get_task: Scale's words", "Task with that ID not found." in str(error), str(error))

    equal("add_task_tags: a union", scale.add_task_tags(task.id, ["b", "c"]).tags, ["a", "b", "c"])
    equal("delete_task_tags: unknown ones are ignored", scale.delete_task_tags(task.id, ["a", "x"]).tags, ["b", "c"])
    equal("set_task_tags: replaces", scale.set_task_tags(task.id, ["z"]).tags, ["z"])
    raises("set_task_tags: a sixth tag", ScaleInvalidRequest, lambda: scale.set_task_tags(task.id, list("abcdef")))
    equal("set_task_metadata: replaces", scale.set_task_metadata(task.id, {"n": {"x": 1}}).metadata, {"n": {"x": 1}})
    equal("set_task_metadata: the SDK sends no body for {}", scale.set_task_metadata(task.id, {}).metadata, {})
    equal("update_task_unique_id", scale.update_task_unique_id(task.id, "cat-2").unique_id, "cat-2")
    raises("update_task_unique_id: taken", ScaleDuplicateResource, lambda: scale.update_task_unique_id(task.id, "pilot-0"))
    check("clear_task_unique_id: the key is gone", "unique_id" not in scale.clear_task_unique_id(task.id).as_dict())

    doomed = image_task(scale, unique_id="doomed")
    equal("cancel_task", scale.cancel_task(doomed.id).status, "canceled")
    equal("cancel_task: again changes nothing", scale.cancel_task(doomed.id).status, "canceled")
    freed = image_task(scale, unique_id="freed")
    freed.cancel(clear_unique_id=True)
    equal("Task.cancel: clear_unique_id frees it", image_task(scale, unique_id="freed").status, "pending")

    advance(5_000)
    task.refresh()
    equal("Task.refresh: labelers have finished", task.status, "completed")
    labels = {annotation["label"] for annotation in task.response["annotations"]}
    equal("the labels asked for come back", labels, {"car", "sign"})
    inside = all(0 <= a["left"] and a["left"] + a["width"] <= 1920 and a["width"] >= 5 for a in task.response["annotations"])
    check("boxes are inside the picture and not smaller than asked", inside)
    raises("cancel_task: a completed task", ScaleInvalidRequest, lambda: scale.cancel_task(task.id))
    equal("audit_task: a plain OK", scale.audit_task(task.id, True, "good"), None)
    task.refresh()
    equal("audit_task: the review", (task.customer_review_status, task.customer_review_comments), ("accepted", ["good"]))
    raises("audit_task: a pending task", ScaleInvalidRequest, lambda: image_task(scale).audit(True))


def listing(scale):
    before = datetime.now(timezone.utc)
    for number in range(25):
        image_task(scale, project="street boxes/1", unique_id=f"list-{number}", tags=["even" if number % 2 == 0 else "odd"])
    page = scale.tasks(project="street boxes/1", limit=10)
    equal("tasks: page, total and more", (len(page.docs), page.total, page.has_more), (10, 26, True))
    equal("tasks: newest first", page.docs[0].unique_id, "list-24")
    following = scale.tasks(project="street boxes/1", limit=10, next_token=page.next_token)
    equal("tasks: next_token goes on where the page ended", following.docs[0].unique_id, "list-14")
    last = scale.tasks(project="street boxes/1", limit=10, next_token=following.next_token)
    equal("tasks: the last page has no token", (len(last.docs), last.has_more, last.next_token), (6, False, None))
    equal("get_tasks: all pages", len({t.id for t in scale.get_tasks(project_name="street boxes/1", limit=7)}), 26)
    equal("get_tasks_count", scale.get_tasks_count(project_name="street boxes/1"), 26)
    equal("get_tasks: by unique_id", [t.unique_id for t in scale.get_tasks(project_name="street boxes/1", unique_id="list-3")], ["list-3"])
    several = scale.get_tasks(project_name="street boxes/1", unique_id=["list-3", "list-4"])
    equal("get_tasks: by several unique_ids", sorted(t.unique_id for t in several), ["list-3", "list-4"])
    equal("get_tasks: by tag", scale.get_tasks_count(project_name="street boxes/1", tags="odd"), 12)
    equal("get_tasks: by status", scale.get_tasks_count(project_name="street boxes/1", status=TaskStatus.Completed), 1)
    equal("get_tasks: by type", scale.get_tasks_count(project_name="street boxes/1", task_type=TaskType.Transcription), 0)
    accepted = scale.get_tasks_count(project_name="street boxes/1", review_status=[TaskReviewStatus.Accepted, TaskReviewStatus.Fixed])
    equal("get_tasks: by review status", accepted, 1)
    equal("get_tasks: a batch", scale.get_tasks_count(batch_name="pilot"), 3)
    naive = before.replace(tzinfo=None)
    later = (naive + timedelta(days=1)).isoformat()
    equal("get_tasks: created before a naive time", scale.get_tasks_count(project_name="street boxes/1", created_before=later), 26)
    equal("get_tasks: created after it", scale.get_tasks_count(project_name="street boxes/1", created_after=later), 0)
    limited = next(iter(scale.get_tasks(project_name="street boxes/1", limited_response=True))).as_dict()
    equal("limited_response: only these keys", set(limited) - {"task_id", "status", "metadata", "project"}, set())
    urls = next(iter(scale.get_tasks(project_name="street boxes/1", include_attachment_url=True)))
    equal("include_attachment_url", urls.attachmentS3Downloads[0]["attachmentURL"], IMAGE)


def example(task_type):
    """The documented minimal request of a type; types that are names only take none."""
    try:
        with open(FIXTURES / f"{task_type.value}.json", encoding="utf8") as file:
            return json.load(file)["minimal"]
    except FileNotFoundError:
        return {}


def every_type(live, test):
    """Each TaskType of the SDK, in test mode and in live mode, from the documented minimal request."""
    for task_type in TaskType:
        request = example(task_type)
        project = request.get("project")
        if project and project not in {known.name for known in live.projects()}:
            for scale in (live, test):
                scale.create_project(project, task_type)
        done = test.create_task(task_type, **request)
        check(f"{task_type.value}: test mode answers at once", done.status == "completed" and done.response, done.as_dict())
        open_task = live.create_task(task_type, **request)
        equal(f"{task_type.value}: live mode waits", open_task.status, "pending")
        advance(5_000)
        open_task.refresh()
        check(f"{task_type.value}: live mode is labeled", open_task.status == "completed" and open_task.response, open_task.as_dict())
        if request:
            raises(f"{task_type.value}: without parameters", ScaleInvalidRequest, lambda task_type=task_type: test.create_task(task_type))


def templates(scale):
    scale.create_project("chat template", TaskType.Chat, {"instruction": "Talk."})
    template = scale.get_project_template("chat template")
    check("get_project_template", template.id and template.get_template_variables() is not None, template.as_dict())
    raises("get_project_template: unknown", ScaleResourceNotFound, lambda: scale.get_project_template("nobody"))


def studio(scale):
    scale.create_project("studio", TaskType.ImageAnnotation, {"geometries": GEOMETRIES}, studio=True)
    labeler = next(mate.email for mate in scale.list_teammates() if mate.is_studio_labeler)
    assigned = scale.add_studio_assignments([labeler], ["studio"])
    equal("add_studio_assignments", assigned[labeler].assigned_projects, ["studio"])
    equal("list_studio_assignments", scale.list_studio_assignments()[labeler].assigned_projects, ["studio"])
    raises("add_studio_assignments: a project that is not Studio", ScaleInvalidRequest,
           lambda: scale.add_studio_assignments([labeler], ["bare"]))
    raises("add_studio_assignments: nobody", ScaleInvalidRequest,
           lambda: scale.add_studio_assignments(["nobody@example.com"], ["studio"]))

    group = scale.create_project_group("studio", [labeler], "night shift")
    equal("create_project_group", (group.name, group.numWorkers), ("night shift", 1))
    equal("list_project_groups", [g.name for g in scale.list_project_groups("studio")], ["night shift"])
    emptied = scale.update_project_group("studio", "night shift", [], [labeler])
    equal("update_project_group: remove", emptied.numWorkers, 0)
    filled = scale.update_project_group("studio", "night shift", [labeler], []).as_dict()
    equal("update_project_group: add", [worker["email"] for worker in filled["workers"]], [labeler])

    for name in ("first", "second"):
        scale.create_batch("studio", name, "")
    batch = scale.assign_studio_batches("first", ["night shift"])
    equal("assign_studio_batches", batch.groups, ["night shift"])
    equal("list_studio_batches: oldest first", [b.name for b in scale.list_studio_batches()], ["first", "second"])
    moved = scale.set_studio_batches_priorities(["second", "first"])
    equal("set_studio_batches_priorities", [b.name for b in moved], ["second", "first"])
    raises("set_studio_batches_priorities: one is missing", ScaleInvalidRequest,
           lambda: scale.set_studio_batches_priorities(["second"]))
    equal("reset_studio_batches_priorities", [b.name for b in scale.reset_studio_batches_priorities()], ["first", "second"])
    equal("remove_studio_assignments", scale.remove_studio_assignments([labeler], ["studio"])[labeler].assigned_projects, [])


def quality(scale):
    body = {
        "project": "quality",
        "attachments": [{"type": "image", "content": IMAGE}],
        "fields": [{"type": "boolean", "field_id": "open", "title": "Open?"}],
        "expected_response": {"annotations": {"open": True}},
    }
    scale.create_project("quality", TaskType.TextCollection, rapid=True)
    training = scale.create_training_task(TaskType.TextCollection, **body)
    check("create_training_task: an id of its own", training.id and training.expected_response, training.as_dict())
    review = scale.create_evaluation_task(TaskType.TextCollection, initial_response={"annotations": {"open": False}}, **body)
    equal("create_evaluation_task: the response to review", review.as_dict()["initial_response"], {"annotations": {"open": False}})
    raises("create_evaluation_task: needs expected_response", ScaleInvalidRequest,
           lambda: scale.create_evaluation_task(TaskType.TextCollection, project="quality"))


def test_mode(scale, live):
    task = image_task(scale, callback_url="http://127.0.0.1:9/callback")
    equal("test mode: completed in the answer", (task.status, task.is_test), ("completed", True))
    raises("test mode: nothing to cancel", ScaleInvalidRequest, lambda: scale.cancel_task(task.id))
    raises("test data is invisible to a live key", ScaleResourceNotFound, lambda: live.get_task(task.id))
    raises("live projects are invisible to a test key", ScaleResourceNotFound, lambda: scale.get_project("street boxes/1"))
    raises("a key that is none", ScaleUnauthorized, lambda: client("nonsense").batches())


def files(scale):
    content = io.BytesIO(b"not really a picture")
    content.name = "a picture.png"
    stored = scale.upload_file(file=content, project_name="street boxes/1", reference_id="ref-1", metadata='{"k": 1}')
    check("upload_file: a scaledata URL", stored.attachment_url.startswith("scaledata://"), stored.attachment_url)
    equal("upload_file: type and size", (stored.as_dict()["mime_type"], stored.as_dict()["size"]), ("image/png", 20))
    again = io.BytesIO(b"x")
    again.name = "b.png"
    raises("upload_file: the same reference_id is a conflict", ScaleDuplicateResource,
           lambda: scale.upload_file(file=again, project_name="street boxes/1", reference_id="ref-1"))
    imported = scale.import_file("https://assets.example.com/b.jpg", project_name="street boxes/1")
    equal("import_file: the type is guessed", imported.as_dict()["mime_type"], "image/jpeg")
    raises("import_file: a URL that does not answer", ScaleInvalidRequest, lambda: scale.import_file(CONTROL + "/nothing.jpg"))
    task = scale.create_task(TaskType.ImageAnnotation, attachment=stored.attachment_url, geometries=GEOMETRIES)
    lost = scale.create_task(TaskType.ImageAnnotation, attachment="scaledata://x/nothing", geometries=GEOMETRIES,
                             unique_id="lost", clear_unique_id_on_error=True)
    advance(5_000)
    task.refresh()
    lost.refresh()
    equal("an uploaded file can be labeled", task.status, "completed")
    equal("a file that is not there makes the task an error", lost.status, "error")
    equal("with Scale's words", lost.response["error"], "One or more attachments could not be downloaded.")
    equal("and frees its unique_id when asked to", image_task(scale, unique_id="lost").unique_id, "lost")


def team(scale):
    members = scale.list_teammates()
    check("list_teammates: e-mail and role", all(member.email and member.role for member in members), members)
    invited = scale.invite_teammates(["new@example.com"], TeammateRole.Labeler)
    newest = next(mate for mate in invited if mate.email == "new@example.com")
    equal("invite_teammates: the role", newest.role, "labeler")
    raises("invite_teammates: twice", ScaleInvalidRequest, lambda: scale.invite_teammates(["new@example.com"], TeammateRole.Labeler))
    promoted = scale.update_teammates_role(["new@example.com"], TeammateRole.Manager)
    equal("update_teammates_role", next(mate.role for mate in promoted if mate.email == "new@example.com"), "manager")


live, test = client(LIVE_KEY), client(TEST_KEY)
started = time.monotonic()
projects(live)
batches(live)
tasks(live)
listing(live)
test_mode(test, live)
files(live)
team(live)
templates(live)
studio(live)
quality(live)
every_type(live, test)
print(f"scaleapi {scaleapi.__version__ if hasattr(scaleapi, '__version__') else ''} in {time.monotonic() - started:.1f} s")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
