import { labelledSection, parseLabelled } from '../labelled-section.ts'
import type { Source } from '../source.ts'
import { calendar } from './calendar.ts'
import { encodedFilter, parseFilter } from './filter.ts'
import { fetchDay, fetchPolicy } from './openalex-client.ts'

const MAX_TITLE_LENGTH = 60

/** OpenAlex: the new works of journals, institutions, authors, fields or any other filter, one source for each. */
export const openalex = {
  name: 'openalex',
  title: 'OpenAlex',
  isRolling: true,
  sections: {
    required: true,
    example: 'primary_location.source.id:S137773608',
    freeText: 'a filter such as primary_location.source.id:S137773608,type:article',
    parse: (text: string) => {
      const { value, label } = parseLabelled(text)
      const filter = parseFilter(value)
      return filter && labelledSection({ value: filter, label })
    },
    titleOf: (section: string) => {
      const { value, label } = parseLabelled(section)
      const text = `OpenAlex ${value}`
      return label ?? (text.length > MAX_TITLE_LENGTH ? `${text.slice(0, MAX_TITLE_LENGTH - 1)}…` : text)
    },
  },
  baseUrls: { OPENALEX_URL: 'https://api.openalex.org' },
  keySetting: 'OPENALEX_KEY',
  calendar,
  fetchPolicy,
  fetchDay,
  probe: ({ OPENALEX_URL }, _day, section = '') => {
    const filter = encodedFilter(parseLabelled(section).value)
    return `${OPENALEX_URL}/works?${filter && `filter=${filter}&`}per_page=1&select=id`
  },
} as const satisfies Source
