import type { Feature } from '../../core/feature.ts'
import { words } from '../../i18n/words.ts'

/**
 * Public pages of one or several topics, such as those of a lab: the newest papers with their reasons, feeds, a link to
 * subscribe, and a look for frames of other sites.
 *
 * - A page is a row that a POST made, and its id an HMAC of its contents. So an address is short and stays, the same
 *   topics have one page however often they are shared, and a stranger cannot compute which pages exist. Who made it is
 *   not stored. A page written into its address would be long, could not be removed, and would let a stranger put any text
 *   on this site without a limit.
 * - Several topics are one page with a heading for each, made at once, instead of addresses joined by hand: a group that
 *   subscribes to five topics shares these five.
 * - A name, also that of a topic, is one short line without addresses, and is shown as text beside the topics in words.
 *   How many pages a network and all of them may make is limited, and the operator can remove one. Where sign-up is
 *   closed, only subscribers make pages.
 * - Search engines may not list any of them, as they may not list results: anyone can make such pages.
 */
export const topicPages: Feature = {
  name: 'topic-pages',
  operations: [
    {
      noun: 'topic-pages',
      after: 'mail',
      summary: 'public pages of topics that visitors and subscribers made',
      read: async () => (await import('./operations.ts')).TOPIC_PAGE_OPERATIONS,
    },
  ],
  routes: [
    { area: 'site', read: async () => (await import('./topic-page-routes.ts')).topicPageRoutes },
    { area: 'manage', read: async () => (await import('./share-own-topics.ts')).shareOwnTopics },
  ],
  errors: async () => (await import('./topic-page-fault.ts')).topicPageErrors,
  pageParts: [
    { page: 'privacy', sentences: () => [words.topicPages.privacy] },
    {
      page: 'search',
      section: (topic, { SIGNUP }) =>
        SIGNUP === 'closed'
          ? null
          : { file: new URL('./search-section.eta', import.meta.url), data: { topic } },
    },
    {
      page: 'manage',
      place: 'aside',
      readSection: async (deps, holder) => (await import('./manage-section.ts')).manageSection(deps, holder),
    },
  ],
}
