"""Lints the Helm chart and renders it, by Helm's own library: with its defaults and with each file of deploy/helm/ci.

What the defaults give must be what deploy/kubernetes/ has, beside labels and PostgreSQL, so that neither is forgotten.
Usage: render-chart.py DIRECTORY, into which DIRECTORY/NAME/OBJECT.yaml is written.
"""

import pathlib
import sys

import helm_python
import yaml

CHART = pathlib.Path('deploy/helm')
PLAIN = pathlib.Path('deploy/kubernetes')
RELEASE = 'scale-ai-mcp'
WARNING = 2

# Labels that only releases have, and what the chart leaves to the cluster's defaults or the autoscaler.
OF_RELEASES = {
    'app.kubernetes.io/instance',
    'app.kubernetes.io/version',
    'app.kubernetes.io/managed-by',
    'helm.sh/chart',
    'imagePullPolicy',
    'replicas',
}


def values_files():
    yield 'defaults', {}
    for file in sorted(CHART.glob('ci/*-values.yaml')):
        yield file.stem, yaml.safe_load(file.read_text())


def bare(value):
    if isinstance(value, list):
        return [bare(one) for one in value]
    if not isinstance(value, dict):
        return yaml.safe_load(value) if isinstance(value, str) and '\n' in value else value
    return {key: bare(one) for key, one in value.items() if key not in OF_RELEASES}


def objects(texts):
    found = [one for text in texts for one in yaml.safe_load_all(text) if one]
    for one in found:
        one['metadata'].pop('labels', None)
    return {f'{one["kind"]} {one["metadata"]["name"]}': bare(one) for one in found}


def refuse(message):
    sys.exit(message)


def lint(name, values):
    report = helm_python.lint(CHART, values, strict=True, namespace=RELEASE, kube_version='v1.30.0')
    faults = [one for one in report['messages'] if one['severity'] >= WARNING]
    if report['errors'] or faults:
        refuse(f'{name}: {report["errors"]} {faults}')


def compare(rendered):
    plain = objects(file.read_text() for file in PLAIN.glob('*.yaml') if file.name != 'kustomization.yaml')
    skipped = ('Namespace ', 'Secret ')
    expected = {
        key: one for key, one in plain.items() if not key.endswith(' postgres') and not key.startswith(skipped)
    }
    ours = objects(rendered.values())
    if set(expected) != set(ours):
        refuse(f'only in one of chart and manifests: {sorted(set(expected) ^ set(ours))}')
    for key, one in expected.items():
        if one != ours[key]:
            refuse(f'{key}\nchart:\n{yaml.dump(ours[key])}\nmanifests:\n{yaml.dump(one)}')


def refuses(chart, values, word):
    try:
        chart.render(values, name=RELEASE, namespace=RELEASE)
    except helm_python.HelmError as error:
        if word in str(error):
            return
        refuse(f'{values} is refused with {error}, and not for {word}')
    refuse(f'{values} is not refused')


target = pathlib.Path(sys.argv[1])
with helm_python.Chart.load(CHART) as chart:
    for name, values in values_files():
        lint(name, values)
        chart.validate_schema(values)
        rendered = chart.render(values, name=RELEASE, namespace=RELEASE)
        if name == 'defaults':
            compare(rendered)
        for path, text in rendered.items():
            if any(yaml.safe_load_all(text)):
                file = target / name / pathlib.Path(path).name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
    refuses(chart, {'replica': 2}, 'replica')
    refuses(chart, {'env': {'SCALE_API_KEY': 'live_x'}}, 'SCALE_API_KEY')
    refuses(chart, {'database': {'enabled': False}}, 'one replica')
