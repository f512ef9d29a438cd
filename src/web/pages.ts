import type { FastifyReply } from 'fastify'
import type { FewerEmailsOption, FewerEmailsState } from '../account/fewer-emails.ts'
import type { LinkHolder } from '../account/open-manage-page.ts'
import type { OpenedResubscribe } from '../account/unsubscribe.ts'
import type { Config } from '../config/config.ts'
import { addDays, type Day, localDayOf } from '../core/dates.ts'
import type { ServiceDeps } from '../core/deps.ts'
import { sourceName } from '../digests/sources-line.ts'
import type { digestPageView } from '../emails/digest-email.ts'
import {
  dateAndTime,
  dateInWords,
  dateWithYear,
  hourOfDay,
  longDate,
  longDateWithoutYear,
  shortDate,
  weekdayDate,
  weekdaysText,
} from '../i18n/dates.ts'
import { templatesIn } from '../i18n/template-engine.ts'
import { counted, rateOf, words } from '../i18n/words.ts'
import { cityOfZone } from '../i18n/zones.ts'
import type { SiteStatus } from '../operator/health/site-status.ts'
import type { Paper } from '../papers/paper.ts'
import { paperPathOf } from '../papers/paper-key.ts'
import { plainText } from '../papers/text/plain-text.ts'
import { topicHeadings } from '../queries/language/topic-name.ts'
import { beyondTitleText, reasonText } from '../queries/reasons/reason-text.ts'
import { MAX_DAYS } from '../search/open-archive.ts'
import type { SimilarPapers } from '../search/similar-papers.ts'
import { maskAddress } from '../subscribers/address.ts'
import { MAX_TOPICS, type Subscriber } from '../subscribers/subscriber.ts'
import {
  firstEmailText,
  scheduleText,
  shortTopic,
  sizeText,
  understoodOf,
  untilText,
} from './account/change-summary-view.ts'
import type { manageView } from './account/manage-view.ts'
import { receiptTexts } from './account/receipt-text.ts'
import type { topicPageView, trialView } from './account/topic-view.ts'
import type { stepPageView, votePageView } from './account/vote-view.ts'
import { type BesideList, type ListOnPage, partsBesideList } from './beside-list.ts'
import { type BesidePaper, type PaperPart, type PaperPlace, partsBeside } from './beside-paper.ts'
import type { Edition } from './page-cache.ts'
import type { ImageOfPage } from './page-image.ts'
import { bodyOf, type manageSections, type PagePart, type PageSection, type PartPlace } from './page-parts.ts'
import { POLICY_WITH_SCRIPTS } from './security-headers.ts'
import type { FaultsView } from './setting-fields.ts'
import type { confirmedView, confirmView } from './signup/confirm-view.ts'
import type { FormView } from './signup/form-view.ts'
import type { inboxView } from './signup/inbox-view.ts'
import type { PreviewView, previewOfFault } from './signup/preview-view.ts'
import type { listView, railView } from './site/list-view.ts'
import type { followView, paperPageView } from './site/paper-page-view.ts'
import { paperItem } from './site/paper-view.ts'
import { searchPath, subscribePath } from './site/search-paths.ts'
import type { emptySearch } from './site/search-view.ts'
import { siteView } from './site-view.ts'

/** A list of papers, and what is beside it. */
interface ListData {
  list: ReturnType<typeof listView>
  rail: ReturnType<typeof railView>
}

/** The data that each template of templates/pages reads as `it`, besides `site` and `route`. */
interface PageData {
  home: ListData & { banner: { closed: boolean; consent: string } }
  /** A day, a week, a month, or the papers that are trending. */
  list: ListData
  /** The form that goes to a date, with the typed text and its errors. */
  date: { date: string; today: Day; errors: { id: string; code: string; sentence: string }[] }
  search: { search: ReturnType<typeof emptySearch>; sections?: PageSection[] }
  paper: {
    paper: ReturnType<typeof paperPageView>
    like: SimilarPapers
    follow: ReturnType<typeof followView>
  }
  /**
   * `digest` is null if it is no longer kept; `papers`: its papers in their current state, by the id in the digest;
   * `sharePath`: the page to share; on the reader's own page, what features add beside each paper, by that id.
   */
  digest: {
    digest: ReturnType<typeof digestPageView> | null
    papers: ReadonlyMap<number, Paper>
    beyond: Paper[]
    sharePath?: string
    besideOwn?: (id: number) => PaperPart[]
  }
  /** `warnings` are set if the topics may match too little; the sign-up has not been sent then. */
  subscribe: {
    form: FormView
    preview?: PreviewView | ReturnType<typeof previewOfFault>
    warnings?: string[]
  }
  /** Only the parts of that page that depend on the topics. */
  'parts/preview-update': { preview: PreviewView | ReturnType<typeof previewOfFault> }
  'check-inbox': { inbox: ReturnType<typeof inboxView> }
  confirm: ReturnType<typeof confirmView>
  confirmed: ReturnType<typeof confirmedView>
  /** `subscriber` is null if the link is from before a change of address or a new subscription. */
  unsubscribe: {
    token: string
    subscriber: Subscriber | null
    fewer: FewerEmailsOption[]
    /** How long they are paused; empty if they are not. */
    until: string
    most: number
  }
  /** We did not make this link. */
  'unsubscribe-unknown': Record<never, never>
  /** The page without an undo button. */
  unsubscribed: Record<never, never>
  undo: OpenedResubscribe & { token: string }
  'fewer-mails': FewerEmailsState & { token: string; until: string }
  /** `digestPath`: the reader's own page of the digest of a message. */
  manage: ReturnType<typeof manageView> & {
    digestPath: (messageId: string) => string
    unsubscribePath: string
    sections: Awaited<ReturnType<typeof manageSections>>
  }
  topic: ReturnType<typeof topicPageView>
  vote: ReturnType<typeof votePageView>
  step: ReturnType<typeof stepPageView>
  /** The part of that page that changes while the reader types. */
  'parts/topic-trial': { trial: ReturnType<typeof trialView> | Pick<ReturnType<typeof trialView>, 'preview'> }
  'no-digests': LinkHolder & { token: string }
  /** "Mail me my link", with the typed address and its errors; `at`: the link leads to that topic. */
  'my-link': FaultsView & { email: string }
  /** `meant`: the domain that was probably meant, here and below. */
  'link-sent': { meant: string | null }
  /** `address` is masked, here and below. */
  'account-link-sent': { token: string; address: string }
  account: FaultsView & { token: string; address: string; joined: boolean; email: string }
  'new-address': { token: string; meant: string | null }
  erase: { token: string; address: string }
  erased: Record<never, never>
  'account-ended': { ended: string }
  /** `joined`: they get digests, here and below. */
  move: { token: string; address: string; joined: boolean }
  /** `manage` is the token of the page for topics, days and hour; null once they have another address. */
  moved: { manage: string | null; joined: boolean }
  /** `about`: what ABOUT says; `contact`: an address. */
  about: { contact: string; address: string; about: string | null; sources: readonly string[] }
  /** `days`: how long digests are kept; `unconfirmed`: how long unconfirmed sign-ups are kept. */
  privacy: { contact: string; address: string; days: number; unconfirmed: number; features: string[] }
  status: SiteStatus
  /**
   * `code` of the error, for programs; `ways`: the links that the page offers before the front page; `asksLink`: with
   * the form that emails a new link.
   */
  fault: {
    code: string
    heading: string
    sentence: string
    reference: string | null
    ways: { path: string; text: string }[]
    asksLink: boolean
  }
}

/** What templates format values with. */
const HELPERS = {
  addDays,
  cityOfZone,
  MAX_TOPICS,
  beyondTitleText,
  dateInWords,
  dateAndTime,
  dateWithYear,
  /** "24 Nov, 41 votes" */
  dayAndVotes: (day: Day, votes: number | null) =>
    [shortDate(day), votes === null ? [] : counted(votes, words.counts.vote)].flat().join(', '),
  firstEmailText,
  hourOfDay,
  localDayOf,
  longDate,
  longDateWithoutYear,
  managePath: (token: string | null) => (token === null ? '/manage' : `/manage/${token}`),
  maskAddress,
  paperItem,
  paperPathOf,
  plainText,
  receiptTexts,
  /** "11 papers in 30 days" */
  rateText: (total: number) => rateOf(total, MAX_DAYS),
  reasonText,
  scheduleText,
  searchPath,
  shortDate,
  shortTopic,
  sizeText,
  sourceName,
  subscribePath,
  topicHeadings,
  understoodOf,
  untilText,
  weekdayDate,
  weekdaysText,
}

/** What features add to pages. */
interface PageAdditions {
  pageParts?: readonly PagePart[]
  besidePaper?: readonly BesidePaper[]
  besideList?: readonly BesideList[]
  imageOf?: ImageOfPage | undefined
}

/** `edition`: the newest day with papers and their number, if known. */
export function openPageRenderer(
  config: Config,
  edition: () => Edition | null,
  { pageParts = [], besidePaper = [], besideList = [], imageOf }: PageAdditions = {},
) {
  /** Those of the parts on the page that is being rendered, which takes one step. */
  const partScripts = new Set<string>()
  const named = ({ template, part }: PaperPart) => ({ template: eta.nameOfFile(template), part })
  const eta = templatesIn('pages', {
    ...HELPERS,
    /** What features add to the links of a paper; nothing if it is not known. */
    besidePaper: (paper: Paper | undefined, place: PaperPlace = 'list') =>
      partsBeside(besidePaper, paper, place).map(({ script, ...part }) => {
        if (script) partScripts.add(script)
        return named(part)
      }),
    besideList: (list: ListOnPage) => partsBesideList(besideList, list).map(named),
  })
  const site = { ...siteView(config, edition, imageOf), partScripts }
  const sendTemplate = (reply: FastifyReply, template: string, data: object, status: number) => {
    const { request } = reply
    const partsAt = (place: PartPlace) =>
      pageParts.map(({ templates, view }) => ({
        template: eta.nameOfFile(templates[place]),
        part: view(request, bodyOf(request)),
      }))
    partScripts.clear()
    const html = eta.render(template, { site, route: request.routeOptions.url, partsAt, ...data })
    // Values are escaped: nothing but the layout writes this tag.
    if (html.includes('<script src=')) reply.header('content-security-policy', POLICY_WITH_SCRIPTS)
    return reply.code(status).type('text/html; charset=utf-8').send(html)
  }
  return {
    /** Sends a page. */
    send<Name extends keyof PageData>(reply: FastifyReply, name: Name, data: PageData[Name], status = 200) {
      return sendTemplate(reply, `./${name}`, data, status)
    },

    /** Sends a page of a feature. Its template has the layout and the parts of templates/pages. */
    sendFile: (reply: FastifyReply, file: URL, data: object, status = 200): FastifyReply =>
      sendTemplate(reply, eta.nameOfFile(file), data, status),

    besidePaper,
  }
}

/** What each group of routes receives. */
export interface Site {
  deps: ServiceDeps
  pages: ReturnType<typeof openPageRenderer>
}
