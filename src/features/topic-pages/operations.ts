import { z } from 'zod'
import type { Deps } from '../../core/deps.ts'
import { line } from '../../operator/operations/fields.ts'
import { operation } from '../../operator/operations/operation.ts'
import { formatMinute, table } from '../../operator/operations/text-table.ts'
import { pathOfPage } from './share-topics.ts'
import { allTopicPages, deleteTopicPage, type StoredTopicPage } from './topic-page.repo.ts'
import { pageHeading } from './topic-page.ts'
import { TopicPageFault } from './topic-page-fault.ts'

const list = operation({
  name: 'topic-pages list',
  summary: 'all topic pages, newest first',
  effect: 'read',
  run: ({ db }) => allTopicPages(db),
  output: (pages, _input, { config }) => ({
    json: pages.map((page) => jsonOfPage(page, config)),
    text: textOfPages(pages),
  }),
  command: {},
})

const jsonOfPage = (page: StoredTopicPage, { BASE_URL }: Deps['config']) => ({
  id: page.id,
  heading: pageHeading(page),
  topics: page.topics,
  madeAt: page.at,
  address: `${BASE_URL}${pathOfPage(page.id)}`,
})

function textOfPages(pages: readonly StoredTopicPage[]): string {
  if (pages.length === 0) return 'No topic pages.'
  const rows = pages.map((page) => [page.id, formatMinute(page.at), page.topics.length, pageHeading(page)])
  return table(['id', 'made (UTC)', 'topics', 'heading'], rows)
}

const remove = operation({
  name: 'topic-pages remove',
  summary: 'delete a topic page, also where other sites show it',
  effect: 'change',
  input: z.object({ id: line }),
  run: async ({ db }, { id }) => {
    if (!(await deleteTopicPage(db, id))) throw new TopicPageFault('topic-pages.unknown', { id })
  },
  output: (_result, { id }) => ({
    json: { id },
    text: 'Removed. Caches may show it for up to a minute.',
  }),
  command: { arguments: { id: ['<id>', 'the end of its address'] } },
})

export const TOPIC_PAGE_OPERATIONS = [list, remove]
