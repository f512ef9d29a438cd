import { ARXIV_ARCHIVES } from '../../sources/arxiv/categories.ts'

const ARCHIVES = new Set(ARXIV_ARCHIVES.map(({ id }) => id))

// Those that were closed: old numbers still begin with them.
const CLOSED_ARCHIVES = new Set(
  `acc-phys adap-org alg-geom ao-sci atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas dg-ga funct-an mtrl-th patt-sol
  plasm-ph q-alg solv-int supr-con`.split(/\s+/),
)

/** Whether arXiv has or had an archive of this name, in any case. */
export const isArxivArchive = (text: string): boolean =>
  ARCHIVES.has(text.toLowerCase()) || CLOSED_ARCHIVES.has(text.toLowerCase())

/** "cs.LG" or "cs" as arXiv writes it, from any case and with arXiv's star (cs.*); undefined where it is neither. */
export function parseCategory(text: string): string | undefined {
  const [archive = '', subject] = text.replace(/[.*,;]+$/, '').split('.', 2)
  if (!ARCHIVES.has(archive.toLowerCase())) return undefined
  if (subject === undefined) return archive.toLowerCase()
  if (!/^[a-z]{2,}(-[a-z]+)*$/i.test(subject)) return undefined
  return `${archive.toLowerCase()}.${subject.length === 2 ? subject.toUpperCase() : subject.toLowerCase()}`
}

const WRITTEN = new Set(ARXIV_ARCHIVES.flatMap(({ categories }) => categories.map(({ id }) => id)))

/** Whether a word is a category as arXiv writes it, with a dot: cs.CL, not CS.cl or quant-ph. */
export const isExactCategory = (text: string): boolean => WRITTEN.has(text) && text.includes('.')

/** Tells of a paper's category whether it is the one asked for, or of the archive asked for. */
export function categoryMatcher(asked: string): (category: string) => boolean {
  const below = `${asked}.`
  return (category) => category === asked || category.startsWith(below)
}
