import type { Source } from '../source.ts'
import { fetchFrom, fetchPolicy } from './biorxiv-client.ts'
import { calendar } from './calendar.ts'
import { parseSubject } from './subjects.ts'

/** bioRxiv: preprints in biology by the day of posting, all of them or one subject. */
export const biorxiv = {
  name: 'biorxiv',
  title: 'bioRxiv',
  sections: {
    required: false,
    example: 'neuroscience',
    parse: (text: string) => parseSubject('biorxiv', text)?.replaceAll('_', '-'),
  },
  baseUrls: { BIORXIV_URL: 'https://api.biorxiv.org' },
  calendar,
  fetchPolicy,
  fetchDay: fetchFrom('biorxiv'),
  probe: ({ BIORXIV_URL }, day) => `${BIORXIV_URL}/details/biorxiv/${day}/${day}/0/json`,
} as const satisfies Source
