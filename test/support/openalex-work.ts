import type { ServedWork } from './openalex-server.ts'

interface Sample {
  n: number
  /** Its publication date. */
  date: string
  indexed?: string
  doi?: string | null
  title?: string
  abstract?: string
  /** The OpenAlex id of its journal. */
  journal?: string
  /** OpenAlex ids. */
  authors?: readonly string[]
  institution?: string
  field?: string
  type?: string
  /** The addresses of its other copies, such as that of a preprint. */
  copies?: readonly string[]
}

const JOURNAL = 'S137905309'

/** A work as https://api.openalex.org/works has it, with values that are its own. */
export function sampleWork({ n, date, indexed, ...given }: Sample): ServedWork {
  const doi = given.doi === null ? null : `https://doi.org/${given.doi ?? `10.5555/oa.${n}`}`
  const journal = {
    id: openalexId(given.journal ?? JOURNAL),
    display_name: 'Journal of Examples',
    type: 'journal',
  }
  const published = { landing_page_url: doi ?? `https://example.org/${n}`, pdf_url: null, source: journal }
  const copies = (given.copies ?? []).map((url) => ({
    landing_page_url: url,
    pdf_url: null,
    source: { id: openalexId('S4306400194'), display_name: 'arXiv (Cornell University)', type: 'repository' },
  }))
  return {
    ...{
      id: openalexId(`W${4_400_000_000 + n}`),
      doi,
      title: given.title ?? `Work ${n}`,
      publication_date: date,
    },
    ...{ type: given.type ?? 'article', is_retracted: false, is_paratext: false },
    authorships: (given.authors ?? [`A${n}`]).map((id) => ({
      author: { id: openalexId(id), display_name: `Author ${id}`, orcid: null },
      institutions: given.institution
        ? [{ id: openalexId(given.institution), display_name: 'Institute' }]
        : [],
      raw_author_name: `Author ${id}`,
    })),
    ...{ primary_location: published, locations: [published, ...copies] },
    primary_topic: {
      display_name: `Topic ${n % 5}`,
      field: { id: `https://openalex.org/fields/${given.field ?? 13}` },
    },
    abstract_inverted_index: indexOf(given.abstract ?? `The abstract of work ${n}.`),
    ...(indexed && { indexed }),
  }
}

const openalexId = (id: string): string => `https://openalex.org/${id}`

/** The inverted index of a text, as OpenAlex has instead of the text. */
export function indexOf(text: string): Record<string, number[]> {
  const index: Record<string, number[]> = {}
  for (const [position, word] of text.split(' ').entries()) index[word] = [...(index[word] ?? []), position]
  return index
}
