import { fileTypeFromBuffer } from 'file-type';

/** What a file is, as far as labeling is concerned. */
type FileKind = 'image' | 'video' | 'audio' | 'PDF' | 'JSON' | 'text' | 'other';

/** What a file holds, or by its name would hold. */
export interface FileContent {
  /** Undefined for a form that nothing tells. */
  kind: FileKind | undefined;
  /** In a sentence: `JPG`, `text`. */
  form: string;
  isShown: boolean;
}

/** Which files go into a task. */
export interface Taker {
  type: string;
  /** As the task says it. */
  attachmentType?: unknown;
}

/** Bytes at the beginning of a file that tell its form. */
export const HEAD_BYTES = 4_100;

const IMAGES: readonly FileKind[] = ['image'];
const VIDEOS: readonly FileKind[] = ['image', 'video'];

/** Sound is kept in the containers of videos as well. */
const SOUND: readonly FileKind[] = ['audio', 'video'];

/** What tasks of a type are about; of the other types `attachment_type` says it, or nothing does. */
const BY_TYPE: Readonly<Record<string, readonly FileKind[]>> = {
  imageannotation: IMAGES,
  segmentannotation: IMAGES,
  annotation: IMAGES,
  pointannotation: IMAGES,
  lineannotation: IMAGES,
  polygonannotation: IMAGES,
  cuboidannotation: IMAGES,
  videoannotation: VIDEOS,
  videoplaybackannotation: VIDEOS,
  videoboxannotation: VIDEOS,
  videocuboidannotation: VIDEOS,
  audiotranscription: SOUND,
  documenttranscription: ['image', 'PDF'],
  lidarannotation: ['JSON'],
  lidarsegmentation: ['JSON'],
};

const BY_ATTACHMENT_TYPE: Readonly<Record<string, readonly FileKind[]>> = {
  image: IMAGES,
  video: ['video'],
  audio: SOUND,
  pdf: ['PDF'],
  json: ['JSON'],
};

/** Photographs as phones keep them: browsers, which labelers work in, do not show them. */
const NOT_SHOWN = new Set(['heic', 'heif', 'heics', 'heifs']);

const BY_EXTENSION: Readonly<Record<string, FileKind>> = {
  ...kindOfEach('image', 'jpg jpeg png gif webp bmp tif tiff svg avif heic heif'),
  ...kindOfEach('video', 'mp4 mov webm mkv avi m4v wmv mpg mpeg'),
  ...kindOfEach('audio', 'mp3 wav flac m4a aac'),
  ...kindOfEach('PDF', 'pdf'),
  ...kindOfEach('JSON', 'json'),
  ...kindOfEach('text', 'txt xml csv tsv md yaml yml html htm'),
  ...kindOfEach('other', 'zip gz tar 7z rar db exe doc docx xls xlsx ppt pptx'),
};

function kindOfEach(kind: FileKind, extensions: string): Record<string, FileKind> {
  return Object.fromEntries(extensions.split(' ').map((one) => [one, kind]));
}

/** @param head the first bytes of the file: names tell little */
export async function contentOf(head: Uint8Array): Promise<FileContent> {
  if (isSvg(head)) return { kind: 'image', form: 'SVG', isShown: true };
  const found = await fileTypeFromBuffer(head);
  if (found)
    return {
      kind: kindOf(found.mime),
      form: found.ext.toUpperCase(),
      isShown: !NOT_SHOWN.has(found.mime.replace(/^image\/|-sequence$/g, '')),
    };
  if (!isText(head)) return { kind: undefined, form: 'of a form that is not known', isShown: true };
  const isJson = /^\uFEFF?\s*[[{]/.test(Buffer.from(head).toString('utf8'));
  return { kind: isJson ? 'JSON' : 'text', form: isJson ? 'JSON' : 'text', isShown: true };
}

/** What the end of a URL says that it leads to; undefined where it says nothing. */
export function contentNamedBy(url: string): FileContent | undefined {
  const [, extension = ''] =
    /^[a-z][a-z0-9+.-]*:\/\/[^/]+\/[^?#]*\.([a-z0-9]{1,5})(?:[?#]|$)/i.exec(url) ?? [];
  const name = extension.toLowerCase();
  const kind = Object.hasOwn(BY_EXTENSION, name) ? BY_EXTENSION[name] : undefined;
  return kind && { kind, form: `.${name}`, isShown: !NOT_SHOWN.has(name) };
}

/** @returns what a task would rather have, for the end of a sentence; undefined where it is what it takes, or nobody can tell */
export function wrongKind(taker: Taker, { kind, form, isShown }: FileContent): string | undefined {
  const { type, attachmentType } = taker;
  const declared =
    typeof attachmentType === 'string' && Object.hasOwn(BY_ATTACHMENT_TYPE, attachmentType)
      ? BY_ATTACHMENT_TYPE[attachmentType]
      : undefined;
  const taken = declared ?? BY_TYPE[type];
  if (!taken) return undefined;
  if (taken.includes('image') && !isShown)
    return `${form}, which browsers do not show; convert it to JPEG or PNG first`;
  const isFrame = taken.includes('JSON');
  if (isFrame && (kind === undefined || kind === 'other')) return undefined; // protobuf and packed frames have no mark
  if (kind !== undefined && taken.includes(kind)) return undefined;
  const of = declared && !isFrame ? ` and attachment_type ${String(attachmentType)}` : '';
  return `${form}; tasks of type ${type}${of} take ${taken.map(plural).join(' or ')}`;
}

function kindOf(mime: string): FileKind {
  if (mime === 'application/pdf') return 'PDF';
  if (mime === 'application/xml') return 'text';
  if (mime.startsWith('image/')) return 'image';
  if (mime.startsWith('video/')) return 'video';
  return mime.startsWith('audio/') || mime === 'application/ogg' ? 'audio' : 'other';
}

/** A picture that is written as text. */
function isSvg(head: Uint8Array): boolean {
  return /^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg\b/i.test(
    Buffer.from(head).toString('utf8'),
  );
}

/** The last letter may be cut in its middle. */
function isText(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function plural(kind: FileKind): string {
  switch (kind) {
    case 'audio':
      return 'audio files';
    case 'JSON':
      return 'frames as JSON';
    case 'image':
    case 'video':
    case 'PDF':
    case 'text':
    case 'other':
      return `${kind}s`;
  }
}
