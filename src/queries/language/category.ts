import { ARXIV_ARCHIVES } from '../../sources/arxiv/categories.ts'

const ARCHIVES = new Set(ARXIV_ARCHIVES.map(({ id }) => id))

// Closed archives. Old ids still start with them.
const CLOSED_ARCHIVES = new Set(
  `acc-phys adap-org alg-geom ao-sci atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas dg-ga funct-an mtrl-th patt-sol
  plasm-ph q-alg solv-int supr-con`.split(/\s+/),
)

/** Whether arXiv has or had an archive with this name, in any case. */
export const isArxivArchive = (text: string): boolean =>
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

const WRITTEN = new Set(ARXIV_ARCHIVES.flatMap(({ categories }) => categories.map(({ id }) => id)))

/** Whether a word is a category with a dot in arXiv's exact spelling: cs.CL, not CS.cl or quant-ph. */
export const isExactCategory = (text: string): boolean => WRITTEN.has(text) && text.includes('.')

/** Returns a test of whether a category is the given one, or belongs to the given archive. */
export function categoryMatcher(asked: string): (category: string) => boolean {
  const below = `${asked}.`
  return (category) => category === asked || category.startsWith(below)
}
