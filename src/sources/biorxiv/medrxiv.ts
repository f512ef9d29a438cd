import type { Source } from '../source.ts'
import { biorxiv } from './biorxiv.ts'
import { fetchFrom } from './biorxiv-client.ts'
import { parseSubject } from './subjects.ts'

/** medRxiv: preprints in medicine and public health, from the API, the address and the calendar of bioRxiv. */
export const medrxiv = {
  name: 'medrxiv',
  title: 'medRxiv',
  sections: {
    required: false,
    example: 'epidemiology',
    parse: (text: string) => parseSubject('medrxiv', text)?.replaceAll('_', '-'),
  },
  baseUrls: biorxiv.baseUrls,
  calendar: biorxiv.calendar,
  fetchPolicy: biorxiv.fetchPolicy,
  fetchDay: fetchFrom('medrxiv'),
  probe: ({ BIORXIV_URL }, day) => `${BIORXIV_URL}/details/medrxiv/${day}/${day}/0/json`,
} as const satisfies Source
