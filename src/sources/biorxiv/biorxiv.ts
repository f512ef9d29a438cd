import type { Source } from '../source.ts'
import { fetchDay } from './biorxiv-client.ts'
import { calendar } from './calendar.ts'
import { manners } from './manners.ts'
import { subjectOf } from './subjects.ts'

/** bioRxiv: preprints in biology by the day on which they are posted, whole or one subject of it. */
export const biorxiv = {
  name: 'biorxiv',
  title: 'bioRxiv',
  sections: {
    required: false,
    example: 'neuroscience',
    read: (text: string) => subjectOf(text)?.replaceAll('_', '-'),
  },
  addresses: { BIORXIV_URL: 'https://api.biorxiv.org' },
  calendar,
  manners,
  fetchDay,
  probe: ({ BIORXIV_URL }, day) => `${BIORXIV_URL}/details/biorxiv/${day}/${day}/0/json`,
} as const satisfies Source
