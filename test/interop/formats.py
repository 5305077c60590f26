"""Reads exports of every format with the packages that training uses, and compares them with Scale's own responses.

panopticapi is on no package registry: its rules for ids and areas are checked here as its documentation states them.
"""

import contextlib
import csv
import io
import json
import os
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_OFFLINE"] = "1"

import datasets  # noqa: E402
import numpy as np  # noqa: E402
import spacy  # noqa: E402
import supervision as sv  # noqa: E402
from PIL import Image  # noqa: E402
from pycocotools.coco import COCO  # noqa: E402
from pycocotools.cocoeval import COCOeval  # noqa: E402
from spacy.training import Example  # noqa: E402
from spacy.training.iob_utils import offsets_to_biluo_tags  # noqa: E402

ROOT = Path(sys.argv[1])
datasets.disable_progress_bars()
passed, failed = 0, 0


def check(what, holds, seen=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
    print(f"{'ok   ' if holds else 'FAIL '} {what}{'' if holds else f': {seen}'}")


def tasks(project):
    return [json.loads(line) for line in (ROOT / f"{project}.jsonl").read_text("utf8").splitlines()]


def quiet(run):
    with contextlib.redirect_stdout(io.StringIO()):
        return run()


def coco(project):
    return quiet(lambda: COCO(str(ROOT / f"{project}-coco" / "annotations" / "instances_all.json")))


def average_precision(truth, results, kind, categories):
    def run():
        evaluation = COCOeval(truth, truth.loadRes(results), kind)
        evaluation.params.catIds = categories
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
        return evaluation.stats[0]

    return quiet(run)


def same_boxes(found, wanted):
    """Boxes as (label, left, top, right, bottom), in whatever order, within half a pixel."""
    if len(found) != len(wanted):
        return False
    found, wanted = sorted(found), sorted(wanted)
    return all(a[0] == b[0] and np.allclose(a[1:], b[1:], atol=0.5) for a, b in zip(found, wanted))


def boxes_of(task):
    return [
        (a["label"], a["left"], a["top"], a["left"] + a["width"], a["top"] + a["height"])
        for a in task["response"]["annotations"]
        if a["type"] == "box"
    ]


def within(box, size):
    label, left, top, right, bottom = box
    return (label, max(0, left), max(0, top), min(size[0], right), min(size[1], bottom))


def by_unique_id(project):
    return {task["unique_id"]: task for task in tasks(project)}


def coco_detection():
    truth = coco("boxes")
    known = by_unique_id("boxes")
    names = {c["id"]: c["name"] for c in truth.loadCats(truth.getCatIds())}
    for image in truth.loadImgs(truth.getImgIds()):
        task = known[Path(image["file_name"]).stem]
        found = [
            (names[a["category_id"]], a["bbox"][0], a["bbox"][1], a["bbox"][0] + a["bbox"][2], a["bbox"][1] + a["bbox"][3])
            for a in truth.loadAnns(truth.getAnnIds(image["id"]))
        ]
        check(f"coco: {image['file_name']} has Scale's boxes", same_boxes(found, boxes_of(task)), found)
        with Image.open(ROOT / "boxes-coco" / "images" / image["file_name"]) as photo:
            check(f"coco: {image['file_name']} is as large as is said", photo.size == (image["width"], image["height"]), photo.size)
    every = truth.loadAnns(truth.getAnnIds())
    own = [{"image_id": a["image_id"], "category_id": a["category_id"], "bbox": a["bbox"], "score": 1.0} for a in every]
    categories = truth.getCatIds()
    check("coco: evaluated against itself, AP is 1.0", average_precision(truth, own, "bbox", categories) == 1.0)
    moved = [{**a, "bbox": [a["bbox"][0] + a["bbox"][2] / 5, *a["bbox"][1:]]} for a in own]
    # A fifth of the width: IoU 0.667, which four of the ten thresholds (0.5 to 0.65) take.
    shifted = average_precision(truth, moved, "bbox", categories)
    check("coco: evaluated against boxes moved by a fifth, AP is 0.4", abs(shifted - 0.4) < 0.02, shifted)


def coco_shapes():
    truth = coco("shapes")
    names = {c["id"]: c["name"] for c in truth.loadCats(truth.getCatIds())}
    solid = [a for a in truth.loadAnns(truth.getAnnIds()) if a["area"] > 0]
    own = [{"image_id": a["image_id"], "category_id": a["category_id"], "segmentation": truth.annToRLE(a), "score": 1.0} for a in solid]
    categories = sorted({a["category_id"] for a in solid})
    check("coco: polygons evaluated against themselves, AP is 1.0", average_precision(truth, own, "segm", categories) == 1.0)
    truth = coco("shapes")  # the evaluation has replaced polygons by masks
    known = by_unique_id("shapes")
    for image in truth.loadImgs(truth.getImgIds()):
        task = known[Path(image["file_name"]).stem]
        annotations = truth.loadAnns(truth.getAnnIds(image["id"]))
        points = sorted((names[a["category_id"]], *a["keypoints"][:2]) for a in annotations if a.get("num_keypoints"))
        wanted = sorted((a["label"], a["x"], a["y"]) for a in task["response"]["annotations"] if a["type"] == "point")
        check(f"coco: {image['file_name']} has Scale's points", points == wanted, points)
        for a in annotations:
            if names[a["category_id"]] != "tree":
                continue
            given = next(s for s in task["response"]["annotations"] if s["uuid"] == a["scale_uuid"])
            path = [c for v in given["vertices"] for c in (v["x"], v["y"])]
            check(f"coco: a polygon of {image['file_name']} is Scale's", np.allclose(a["segmentation"][0], path, atol=0.5))


def coco_masks():
    truth = coco("surfaces")
    legend = {e["name"]: e["index"] for e in json.loads((ROOT / "surfaces-mask_png" / "legend.json").read_text())}
    for image in truth.loadImgs(truth.getImgIds()):
        stem = Path(image["file_name"]).stem
        with Image.open(ROOT / "surfaces-mask_png" / "masks" / "all" / f"{stem}.png") as png:
            indexes = np.array(png)
        annotations = truth.loadAnns(truth.getAnnIds(image["id"]))
        for category in truth.loadCats(truth.getCatIds()):
            own = [truth.annToMask(a) for a in annotations if a["category_id"] == category["id"]]
            merged = np.zeros_like(indexes) if not own else np.maximum.reduce(own)
            same = np.array_equal(merged.astype(bool), indexes == legend[category["name"]])
            check(f"coco: the RLE of {category['name']} in {stem[:12]} is the mask", same)
        for a in annotations:
            if truth.annToMask(a).sum() != a["area"]:
                check(f"coco: the area of {a['id']}", False, a["area"])


def panoptic():
    folder = ROOT / "surfaces-coco_panoptic"
    content = json.loads((folder / "annotations" / "panoptic_all.json").read_text())
    categories = {c["id"] for c in content["categories"]}
    for entry in content["annotations"]:
        with Image.open(folder / "panoptic_all" / entry["file_name"]) as png:
            rgb = np.array(png.convert("RGB")).astype(np.uint32)
        ids = rgb[:, :, 0] + 256 * rgb[:, :, 1] + 65536 * rgb[:, :, 2]
        found = dict(zip(*(a.tolist() for a in np.unique(ids, return_counts=True))))
        found.pop(0, None)
        told = {s["id"]: s["area"] for s in entry["segments_info"]}
        check(f"panoptic: {entry['file_name'][:12]} holds the segments that are told", found == told, (found, told))
        check("panoptic: every segment has a known category", {s["category_id"] for s in entry["segments_info"]} <= categories)


def detections(dataset, known, what):
    for file, image, found in dataset:
        task = known[Path(file).stem]
        size = (image.shape[1], image.shape[0])
        names = [dataset.classes[i] for i in found.class_id]
        seen = [(name, *map(float, box)) for name, box in zip(names, found.xyxy)]
        wanted = [within(box, size) for box in boxes_of(task)]
        check(f"{what}: {Path(file).name} has Scale's boxes", same_boxes(seen, wanted), (seen, wanted))


def with_supervision():
    known = by_unique_id("boxes")
    yolo = ROOT / "boxes-yolo"
    read = sv.DetectionDataset.from_yolo(str(yolo / "images" / "train"), str(yolo / "labels" / "train"), str(yolo / "data.yaml"))
    check("yolo: classes stand in data.yaml", read.classes == ["car", "traffic sign"], read.classes)
    detections(read, known, "yolo")
    folder = ROOT / "boxes-coco"
    read = sv.DetectionDataset.from_coco(str(folder / "images"), str(folder / "annotations" / "instances_all.json"))
    detections(read, known, "coco by supervision")
    voc = ROOT / "boxes-voc"
    read = sv.DetectionDataset.from_pascal_voc(str(voc / "JPEGImages"), str(voc / "Annotations"))
    detections(read, known, "voc")
    segments = ROOT / "shapes-yolo_segment"
    read = sv.DetectionDataset.from_yolo(
        str(segments / "images" / "train"), str(segments / "labels" / "train"), str(segments / "data.yaml"), force_masks=True
    )
    count = sum(len(found) for _, _, found in read)
    wanted = sum(1 for t in tasks("shapes") for a in t["response"]["annotations"] if a["type"] != "point")
    check("yolo_segment: every area is read as a mask", count == wanted, (count, wanted))
    turned = ROOT / "boxes-yolo_obb"
    read = sv.DetectionDataset.from_yolo(
        str(turned / "images" / "train"), str(turned / "labels" / "train"), str(turned / "data.yaml"), is_obb=True
    )
    detections(read, known, "yolo_obb")


def pose():
    for file in sorted((ROOT / "shapes-yolo_pose" / "labels" / "train").glob("*.txt")):
        rows = [line.split() for line in file.read_text().splitlines()]
        check(f"yolo_pose: {file.stem} has a box and two or more keypoints in each row", rows and all(len(r) % 3 == 2 for r in rows))
        check(f"yolo_pose: {file.stem} is within the image", all(0 <= float(n) <= 2 for r in rows for n in r[1:]))


def hugging_face():
    read = datasets.load_dataset("imagefolder", data_dir=str(ROOT / "boxes-hf"), split="train", cache_dir=str(ROOT / "hf-cache"))
    known = {task["task_id"]: task for task in tasks("boxes")}
    check("hf: every image is there", len(read) == len(known), len(read))
    for row in read:
        task = known[row["task_id"]]
        seen = [
            (name, box[0], box[1], box[0] + box[2], box[1] + box[3])
            for name, box in zip(row["objects"]["category"], row["objects"]["bbox"])
        ]
        check("hf: an image has Scale's boxes", same_boxes(seen, boxes_of(task)), seen)
        check("hf: an image is as large as is said", row["image"].size == (row["width"], row["height"]))


def entities():
    wanted = tasks("letters")[0]
    spans = sorted((a["text"], a["label"]) for a in wanted["response"]["annotations"])
    nlp = spacy.blank("en")
    for line in (ROOT / "letters-spacy" / "all.jsonl").read_text("utf8").splitlines():
        document = json.loads(line)
        doc = nlp.make_doc(document["text"])
        seen = sorted((document["text"][s:e], label) for s, e, label in document["entities"])
        check("spacy: entities are the words that Scale named", seen == spans, (seen, spans))
        offsets = [tuple(entity) for entity in document["entities"]]
        check("spacy: entities begin and end with tokens", "-" not in offsets_to_biluo_tags(doc, offsets))
        example = Example.from_dict(doc, {"entities": offsets})
        check("spacy: an example for training can be made", len(example.reference.ents) == len(offsets))
    words, label, found = [], None, []
    lines = (ROOT / "letters-conll" / "all.conll").read_text("utf8").splitlines()
    for line in [*lines, "\tO"]:
        token, _, tag = line.partition("\t")
        if tag.startswith("I-"):
            words.append(token)
            continue
        if words:
            found.append((" ".join(words), label))
        words, label = ([token], tag[2:]) if tag.startswith("B-") else ([], None)
    check("conll: entities are the words that Scale named", sorted(found) == spans, (found, spans))


def kitti():
    known = tasks("scans")[0]
    frames = known["files"]["annotations.url"]
    files = sorted((ROOT / "scans-kitti" / "training" / "label_2").glob("*.txt"))
    check("kitti: a file for each frame", len(files) == len(frames), len(files))
    for file, frame in zip(files, frames):
        rows = [line.split(" ") for line in file.read_text().splitlines()]
        seen = sorted([row[0], *(round(float(n), 3) for n in row[8:])] for row in rows)
        wanted = sorted(
            [
                c["label"],
                *(
                    round(n, 3)
                    for n in (
                        c["dimensions"]["z"],
                        c["dimensions"]["x"],
                        c["dimensions"]["y"],
                        c["position"]["x"],
                        c["position"]["y"],
                        c["position"]["z"],
                        c["yaw"],
                    )
                ),
            ]
            for c in frame["cuboids"]
        )
        check(f"kitti: {file.name} has Scale's cuboids in 15 columns", seen == wanted and all(len(r) == 15 for r in rows))


def table():
    with open(ROOT / "boxes-csv" / "annotations.csv", newline="", encoding="utf8") as file:
        rows = list(csv.DictReader(file))
    seen = sorted((r["annotation_id"], r["label"], float(r["left"]), float(r["width"])) for r in rows)
    wanted = sorted((a["uuid"], a["label"], a["left"], a["width"]) for t in tasks("boxes") for a in t["response"]["annotations"])
    check("csv: every annotation is on a line", seen == wanted)


for part in (coco_detection, coco_shapes, coco_masks, panoptic, with_supervision, pose, hugging_face, entities, kitti, table):
    try:
        part()
    except Exception as error:  # noqa: BLE001 -- one package that cannot read a format must not hide the others
        check(part.__name__, False, repr(error))

print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
