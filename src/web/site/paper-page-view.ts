import { distinctBy } from '../../core/distinct-by.ts'
import { fill, words } from '../../i18n/words.ts'
import { arxivHtmlUrl, arxivUrl, type Paper, votesUrl } from '../../papers/paper.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { abstractRunsOf, plainPaperOf, plainTextsOf } from '../../papers/plain-paper.ts'
import type { PageRun } from '../../papers/text/page-runs.ts'
import { plainSummaryOf } from '../../papers/text/paper-sentence.ts'
import type { SimilarPapers } from '../../search/similar-papers.ts'
import { CONSENT_WORDING } from '../../subscribers/consent.ts'
import { firstPerson } from './author-name.ts'
import { citationsOf, metaOf, submittedOn } from './citations.ts'
import {
  commentsOf,
  fieldPath,
  keywordLinks,
  linksOf,
  organizationOf,
  quoted,
  type TextLink,
  withWholeCompounds,
} from './paper-view.ts'
import { type PlaceOfDay, placeText } from './place-of-day.ts'
import { searchPath } from './search-paths.ts'

const SHOWN_AUTHORS = 12

interface PaperPageOptions {
  baseUrl: string
  /** The place among the papers of its day; null if no source has votes. */
  place: PlaceOfDay | null
}

/** The page of one paper. */
export function paperPageView(paper: Paper, { baseUrl, place }: PaperPageOptions) {
  const { title, titleRuns, sentence, abstract, authors: names, organization, keywords } = plainPaperOf(paper)
  const address = `${baseUrl}${paperPathOf(paper)}`
  const authors = names.map((text) => ({ text, url: fieldPath('author', text) }))
  // "And 1 more" would take the place of the name.
  const shown = authors.length > SHOWN_AUTHORS + 1 ? SHOWN_AUTHORS : authors.length
  return {
    /** For what features add to its links. */
    whole: paper,
    path: paperPathOf(paper),
    address,
    title,
    titleRuns: titleRuns.flatMap(withWholeCompounds),
    authors: authors.slice(0, shown),
    /** Folded. */
    moreAuthors: authors.slice(shown),
    organization: organizationOf(organization),
    summary: plainSummaryOf(paper),
    description: sentence,
    place: place && placeText(place, PLACE_WORDS),
    bars: place?.bars ?? [],
    papersOfDay: place && fill(words.paper.dayByVotes, { papers: place.papers }),
    abstractRuns: abstract ? abstractRunsOf(paper).flatMap(splitAtUrls) : [],
    links: pageLinks(paper),
    votes: paper.votes === null ? null : { count: paper.votes, url: votesUrl(paper) },
    comments: commentsOf(paper),
    keywords: keywordLinks(keywords),
    day: paper.firstDay,
    submitted: submittedOn(paper),
    arxivId: paper.arxivId,
    categories: paper.categories.map((text) => ({ text, url: searchPath({ query: `cat:${text}` }) })),
    shareLinks: shareLinks(title, address),
    citations: citationsOf(paper, address),
    meta: metaOf(paper, baseUrl),
  }
}

const PLACE_WORDS = { most: words.paper.mostOfDay, place: words.paper.placeOfDay }

/** The links of cards, with the HTML of arXiv after arXiv's page. */
function pageLinks(paper: Paper): TextLink[] {
  const html = arxivHtmlUrl(paper)
  return linksOf(paper).flatMap((link) =>
    html && link.url === arxivUrl(paper) ? [link, { text: words.paper.html, url: html }] : [link],
  )
}

// Not the punctuation after an address, as in "(see https://a.example/b)."
const URL_IN_TEXT = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?'’”)\]}])/

/** Splits text at its addresses, which become links. */
const splitAtUrls = (run: PageRun): (PageRun & { url?: string })[] =>
  run.math
    ? [run]
    : run.text.split(URL_IN_TEXT).map((text, i) => ({ text, math: null, ...(i % 2 === 1 && { url: text }) }))

const MAX_FOLLOWED = 3

/**
 * What a reader may follow from a paper's page: the phrases of the topic proposed for similar papers, the paper's
 * keywords and the first author who is a person. The phrases are checked, or else the first choice.
 */
export function followView(paper: Paper, { topic }: SimilarPapers) {
  const { keywords, authors } = plainTextsOf(paper)
  const proposed = topic?.phrases ?? []
  const phrases = distinctBy([...proposed, ...keywords], (text) => text.toLowerCase())
  const offered = phrases.slice(0, MAX_FOLLOWED)
  const author = firstPerson(authors)
  const choices = [
    ...offered.map((text) => ({ text, query: quoted(text) })),
    ...(author
      ? [{ text: fill(words.paper.follow.author, { author }), query: `author:${quoted(author)}` }]
      : []),
  ]
  const checked = proposed.length > 0 ? proposed : choices.slice(0, 1).map(({ text }) => text)
  if (choices.length === 0) return null
  return {
    choices: choices.map((choice) => ({ ...choice, checked: checked.includes(choice.text) })),
    /** The proposed topic, if its phrases are what is checked. */
    topic: proposed.every((text) => offered.includes(text)) ? topic : null,
    consent: CONSENT_WORDING.asking,
  }
}

/** Links to pages of other sites that only open if a reader chooses them. */
function shareLinks(title: string, url: string): TextLink[] {
  const both = encodeURIComponent(`${title} ${url}`)
  const mail = new URLSearchParams({ subject: title, body: url }).toString().replaceAll('+', '%20')
  return [
    { text: words.paper.shareOn.email, url: `mailto:?${mail}` },
    { text: words.paper.shareOn.mastodon, url: `https://share.joinmastodon.org/#text=${both}` },
    { text: words.paper.shareOn.bluesky, url: `https://bsky.app/intent/compose?text=${both}` },
    {
      text: words.paper.shareOn.linkedIn,
      url: `https://www.linkedin.com/sharing/share-offsite/?url=${encodeURIComponent(url)}`,
    },
  ]
}
