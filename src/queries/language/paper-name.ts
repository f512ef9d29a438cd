import { parsePaperName } from '../../papers/paper-key.ts'
import { ARXIV_ARCHIVES, ARXIV_CATEGORIES } from '../../sources/arxiv/categories.ts'

// Characters around a pasted number or address: <…>, a full stop, the backquote of a code sample.
const AROUND = /^[<[(“”"'`*]+|(?<![>\])“”"'`*.,;:!?])[>\])“”"'`*.,;:!?]+$/gu
const PREFIX = /^(?:paper|arxiv|doi)(?:\s*:\s*|\s+)/i
const ADDRESS = /^(?:https?:\/\/)?(?<host>[^/?#]*)\/(?<path>[^\s?#]*)/i
// Without http://, only these are certainly addresses: read/write and cs.LG/cs.CL are not.
const WITHOUT_SCHEME = /^(?:www\.[^\s/]+|[^\s/:]+\.(?:org|com|co|io|net|ai|dev|edu|gov))\/[^\s/]/i

const DOI = /10\.\d{4,9}\/\S+$/i
// Suffixes that websites add to a DOI. bioRxiv adds the version before them.
const BEHIND_DOI = /(?:[./](?:full|abstract|e?pdf|html|meta|full-text))+$/i
const NEW_STYLE = /^\d{4}\.\d{4,5}(?:v\d+)?$/
const OLD_STYLE = /^(?<archive>[a-z]+(?:-[a-z]+)?)(?:\.[a-z]{2})?\/\d{7}(?:v\d+)?$/i

/** All names and addresses of papers are shorter. Longer ones take a long time to match. */
const MAX_LENGTH = 500

/**
 * The path name of the paper that a text refers to: "2507.06457", "hep-th/9901001", "doi:10.1000/1", "id:17". Reads
 * arXiv ids, DOIs, and the URL of a page about one paper on any website. Undefined if the text refers to no single
 * paper.
 */
export function readPaperName(text: string): string | undefined {
  if (text.length > MAX_LENGTH || !/[\d/]/.test(text)) return undefined
  const bare = withoutSigns(text.trim())
  if (/^(?:paper:)?id:[1-9]\d{0,8}$/i.test(bare)) return bare.toLowerCase().replace('paper:', '')
  const number = withoutPrefix(bare)
  if (/\s/.test(number)) return undefined
  return isAddress(number) ? nameInAddress(number) : nameOfNumber(number)
}

/** Whether a text is a URL with a host. For a paper on this website, the path is enough. */
export const isAddress = (text: string): boolean =>
  /^https?:\/\//i.test(text) || /^\/papers\/./.test(text) || WITHOUT_SCHEME.test(text)

function withoutSigns(text: string): string {
  const bare = text.replace(AROUND, '')
  // Some DOIs end with a closing bracket: 10.1016/0370-2693(98)
  return bare.split('(').length > bare.split(')').length ? `${bare})` : bare
}

// arXiv:2507.06457, paper:doi:10.1000/1, doi: 10.1000/1
const withoutPrefix = (text: string): string =>
  PREFIX.test(text) ? withoutPrefix(text.replace(PREFIX, '')) : text

function nameOfNumber(text: string): string | undefined {
  const archive = OLD_STYLE.exec(text)?.groups?.archive
  if (archive)
    return isArxivArchive(archive) ? named(text.toLowerCase().replace(/\.[a-z]{2}\//, '/')) : undefined
  return NEW_STYLE.test(text) || text.startsWith('10.') ? named(text) : undefined
}

function named(number: string): string | undefined {
  const key = parsePaperName(number)
  return key && (key.scheme === 'doi' ? `doi:${key.value}` : key.value)
}

function nameInAddress(address: string): string | undefined {
  const { host = '', path: encoded = '' } = ADDRESS.exec(address)?.groups ?? {}
  const path = decodePath(encoded)
  const own = /(?:^|\/)papers\/(id:[1-9]\d{0,8})$/.exec(path)?.[1]
  if (own) return own
  const doi = DOI.exec(path)?.[0]
  if (doi) return nameOfNumber(doiAt(host, doi))
  const steps = path
    .replace(/\.(?:pdf|md|html?)$/i, '')
    .replace(/arxiv[:.]/i, '')
    .split('/')
    .filter(Boolean)
  const pairs = steps.slice(1).map((step, i) => `${steps[i]}/${step}`)
  return [...steps, ...pairs].map(nameOfNumber).find(Boolean)
}

/** Removes what websites other than doi.org add to a DOI in their URLs. */
function doiAt(host: string, doi: string): string {
  if (host.endsWith('doi.org')) return doi
  const bare = doi.replace(BEHIND_DOI, '')
  return /rxiv\.org$/.test(host) ? bare.replace(/v\d+$/, '') : bare
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

const ARCHIVES = new Set(ARXIV_ARCHIVES)

// Closed archives. Old ids still start with them.
const CLOSED_ARCHIVES = new Set(
  `acc-phys adap-org alg-geom ao-sci atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas dg-ga funct-an mtrl-th patt-sol
  plasm-ph q-alg solv-int supr-con`.split(/\s+/),
)

/** Whether arXiv has or had an archive with this name, in any case. */
const isArxivArchive = (text: string): boolean =>
  ARCHIVES.has(text.toLowerCase()) || CLOSED_ARCHIVES.has(text.toLowerCase())

/**
 * "cs.LG" or "cs" in arXiv's spelling, from any case and also with a star (cs.*); undefined for an unknown category.
 */
export function parseCategory(text: string): string | undefined {
  const [archive = '', subject] = text.replace(/[.*,;]+$/, '').split('.', 2)
  if (!ARCHIVES.has(archive.toLowerCase())) return undefined
  if (subject === undefined) return archive.toLowerCase()
  if (!/^[a-z]{2,}(-[a-z]+)*$/i.test(subject)) return undefined
  return `${archive.toLowerCase()}.${subject.length === 2 ? subject.toUpperCase() : subject.toLowerCase()}`
}

const CATEGORIES = new Set(ARXIV_CATEGORIES)

/** Whether a word is a category with a dot in arXiv's exact spelling: cs.CL, not CS.cl or quant-ph. */
export const isExactCategory = (text: string): boolean => CATEGORIES.has(text) && text.includes('.')

/** Returns a test of whether a category is the given one, or belongs to the given archive. */
export function categoryMatcher(asked: string): (category: string) => boolean {
  const below = `${asked}.`
  return (category) => category === asked || category.startsWith(below)
}
