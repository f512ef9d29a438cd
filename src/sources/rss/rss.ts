import type { Source } from '../source.ts'
import { calendar } from './calendar.ts'
import {
  feedAddressOf,
  feedServiceOf,
  feedTitleOf,
  parseFeedSection,
  publicFeedSection,
} from './feed-address.ts'
import { fetchDay, fetchPolicy } from './rss-client.ts'

const EXAMPLE = 'https://www.nature.com/nature.rss'

/** Any feed: RSS 0.9 to 2.0, RDF, Atom or JSON Feed, each a source of its own. */
export const rss = {
  name: 'rss',
  title: 'RSS',
  isRolling: true,
  sections: {
    required: true,
    example: EXAMPLE,
    freeText: 'the address of a feed such as https://www.nature.com/nature.rss, without a password',
    parse: parseFeedSection,
    titleOf: feedTitleOf,
    publicForm: publicFeedSection,
    serviceOf: feedServiceOf,
  },
  baseUrls: {},
  calendar,
  fetchPolicy,
  fetchDay,
  probe: (_urls, _day, section = EXAMPLE) => feedAddressOf(section),
} as const satisfies Source
