/** A site from the Markdown of this repository, in its own folders; a link that leads nowhere ends the build. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What is read beside `docs`. */
const OTHER_PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'examples/road-signs/SOURCES.md',
  'test/frameworks/README.md',
];

/** Files that pages link to and that are no pages, by their place in the repository. */
const linkedFiles = new Set();

/** A page that is a folder's README is its index here. */
const asIndex = (target) => target.replace(/(^|\/)README\.md(?=$|#)/, '$1index.md');

function followLinks(markdown) {
  markdown.core.ruler.push('repository-links', ({ tokens, env }) => {
    const links = tokens.flatMap(({ children }) => children ?? []).filter(({ type }) => type === 'link_open');
    for (const link of links) {
      const target = link.attrGet('href') ?? '';
      if (/^([a-z]+:|#)/.test(target)) continue;
      const [file] = target.split('#');
      if (file.endsWith('.md')) link.attrSet('href', asIndex(target));
      else {
        linkedFiles.add(path.join(path.dirname(env.realPath ?? env.path), file));
        link.attrSet('download', ''); // so that it is taken for no page
      }
    }
  });
}

/** As GitHub names headings, so that links to them lead to the same places. */
const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

/** What is searched needs no colours, which take most of the time. */
async function textOnly(source, env, markdown) {
  const { highlight } = markdown.options;
  markdown.options.highlight = (code) => `<pre>${markdown.utils.escapeHtml(code)}</pre>`;
  try {
    return markdown.render(source, env);
  } finally {
    markdown.options.highlight = highlight;
  }
}

/** The headings of docs/index.md with the pages below them. */
function sidebar() {
  const sections = readFileSync(path.join(ROOT, 'docs/index.md'), 'utf8').split(/^## /m).slice(1);
  return sections.map((section) => ({
    text: section.split('\n')[0],
    items: [...section.matchAll(/^- \[(?<text>[^\]]+)\]\((?<target>[^)]+)\)/gm)].map(({ groups }) => ({
      text: groups.text,
      link: `/${asIndex(path.posix.join('docs', groups.target)).replace(/(index)?\.md(?=$|#)/, '')}`,
    })),
  }));
}

/** Pages stand above the folder in which Vue is installed; rendered to HTML, they find it from where that is done. */
const vueOfThisFolder = {
  name: 'vue-of-this-folder',
  enforce: 'pre',
  resolveId: (id, _importer, { ssr }) => (ssr && /^vue(\/|$)/.test(id) ? { id, external: true } : undefined),
};

/** Everything that is no page and holds none, so that it is not searched for pages. */
function foldersWithoutPages(folder = '') {
  const entries = readdirSync(path.join(ROOT, folder), { withFileTypes: true });
  const inside = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.posix.join(folder, name));
  return inside.flatMap((place) => {
    if (place === 'docs') return [];
    const holdsPages = OTHER_PAGES.some((page) => page.startsWith(`${place}/`));
    return holdsPages ? foldersWithoutPages(place) : [`${place}/**`];
  });
}

export default {
  title: 'scale-ai-mcp',
  description: 'Data labeling at Scale AI from an AI agent, over MCP',
  srcDir: ROOT,
  srcExclude: foldersWithoutPages(),
  rewrites: (page) => asIndex(page),
  cacheDir: fileURLToPath(new URL('cache', import.meta.url)),
  outDir: fileURLToPath(new URL('dist', import.meta.url)),
  cleanUrls: true,
  lastUpdated: false,
  ignoreDeadLinks: false,
  // Braces in descriptions are text, no attributes.
  markdown: { attrs: { disable: true }, anchor: { slugify: anchorOf }, config: followLinks },
  vite: {
    plugins: [vueOfThisFolder],
    build: { chunkSizeWarningLimit: 2_000 }, // kB; docs/reference/tools.md is one page
  },
  themeConfig: {
    search: { provider: 'local', options: { _render: textOnly } },
    outline: [2, 3],
    nav: [
      { text: 'All pages', link: '/docs/' },
      { text: 'Settings', link: '/docs/reference/settings' },
      { text: 'Tools', link: '/docs/reference/tools' },
    ],
    sidebar: sidebar(),
  },
  buildEnd({ outDir, pages }) {
    const missing = [...linkedFiles].filter((file) => !existsSync(file));
    const unread = OTHER_PAGES.filter((page) => !pages.includes(page));
    if (missing.length + unread.length > 0)
      throw new Error(`not found: ${[...missing, ...unread].join(', ')}`);
    for (const file of linkedFiles) {
      const copy = path.join(outDir, path.relative(ROOT, file));
      mkdirSync(path.dirname(copy), { recursive: true });
      copyFileSync(file, copy);
    }
  },
};
