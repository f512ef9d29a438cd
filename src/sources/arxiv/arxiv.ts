import type { Source } from '../source.ts'
import { fetchDay, fetchPolicy } from './arxiv-client.ts'
import { calendar } from './calendar.ts'
import { parseCategoryId } from './categories.ts'

/** arXiv's announcements, one source for each category: arxiv:cs.CL. */
export const arxiv = {
  name: 'arxiv',
  title: 'arXiv',
  sections: { required: true, example: 'cs.CL', parse: parseCategoryId },
  baseUrls: {
    ARXIV_API_URL: 'https://export.arxiv.org',
    ARXIV_RSS_URL: 'https://rss.arxiv.org',
    ARXIV_OAI_URL: 'https://oaipmh.arxiv.org',
  },
  calendar,
  fetchPolicy,
  fetchDay,
  probe: ({ ARXIV_RSS_URL }) => `${ARXIV_RSS_URL}/feed/status`,
} as const satisfies Source
