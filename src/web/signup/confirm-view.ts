import type { Confirmation } from '../../account/signup/confirm.ts'
import { localDayOf } from '../../core/dates.ts'
import { isComposed } from '../../digests/welcome-message.ts'
import { elsewhereText } from '../../emails/welcome-email.ts'
import { longDate } from '../../i18n/dates.ts'
import { fill, words } from '../../i18n/words.ts'
import { maskAddress } from '../../subscribers/address.ts'
import { CONSENT_WORDING } from '../../subscribers/consent.ts'
import { type SubscriberSettings, type TopicText, topicsThatFit } from '../../subscribers/subscriber.ts'
import {
  type ChangeSummaryView,
  changeLines,
  scheduleText,
  sizeText,
} from '../account/change-summary-view.ts'

type Rates = ReadonlyMap<string, number>

/** The page with the Confirm button. */
export function confirmView(
  { signup: { request }, subscriber, joined, topics, manage }: Confirmation,
  rates: Rates,
  token: string,
) {
  const has = new Set(topics.map(({ query }) => query))
  const asked = new Set(request.topics.map(({ query }) => query))
  const missing = request.topics.filter(({ query }) => !has.has(query))
  const room = new Set(topicsThatFit(topics, missing))
  const added = request.topics.filter((topic) => has.has(topic.query) || room.has(topic))
  const idle = added.filter(({ query }) => rates.get(query) === 0).length
  return {
    token,
    subscriber,
    joined,
    manage,
    rates,
    /** The topics that the button adds. */
    topics: added,
    /** Existing topics that are not in this request. */
    kept: topics.filter(({ query }) => !asked.has(query)),
    /** Requested topics beyond the limit. */
    leftOut: request.topics.filter((topic) => !added.includes(topic)),
    /** Whether some or all of the topics matched nothing recently. */
    idle: idle === 0 ? 'none' : idle < added.length ? 'some' : 'all',
    /** Those that count after the button. */
    settings: joined ? subscriber : request,
    otherSettings: joined ? otherSettings(request, subscriber) : '',
    /** The sentence that they agree to by pressing the button. */
    consent: joined ? CONSENT_WORDING.adding : CONSENT_WORDING.confirming,
  }
}

/**
 * The page after the button, and behind a link that was used before. `pressed`: the page follows the button, and is not
 * from an old link.
 */
export function confirmedView(
  confirmation: Confirmation,
  rates: Rates,
  { pressed, sender }: { pressed: boolean; sender: string },
) {
  const { signup, subscriber, topics, next, manage } = confirmation
  const is = stateOf(confirmation, pressed)
  const leftOut = is === 'begun' || is === 'added' ? leftOutOf(signup.request.topics, topics) : []
  const added = signup.request.topics.length > leftOut.length
  return {
    is,
    subscriber,
    manage,
    topics,
    rates,
    leftOut,
    next,
    sender,
    heading: is === 'added' && !added ? words.confirmed.noneAdded : words.confirmed.headings[is],
    said: is === 'added' ? addedTopicsSummary(confirmation) : null,
    otherSettings: is === 'added' ? otherSettings(signup.request, subscriber) : '',
    welcome: is === 'begun' ? welcomeText(confirmation) : '',
  }
}

/** "over": the subscription has ended. */
function stateOf({ signup, subscriber, joined, began }: Confirmation, pressed: boolean) {
  if (!joined) return 'over'
  if (!pressed || signup.confirmedAt! < subscriber.confirmedAt!) return 'used'
  return began ? 'begun' : 'added'
}

// If there is room for more topics, the missing ones were removed later.
function leftOutOf(asked: TopicText[], topics: TopicText[]): TopicText[] {
  const missing = asked.filter(({ query }) => !topics.some((topic) => topic.query === query))
  return topicsThatFit(topics, missing).length > 0 ? [] : missing
}

/** If the form had other settings: a sentence that an existing subscription keeps its settings; otherwise empty. */
function otherSettings(asked: SubscriberSettings, kept: SubscriberSettings): string {
  const texts = (settings: SubscriberSettings) => ({
    schedule: scheduleText(settings),
    size: sizeText(settings),
  })
  const sentence = (settings: SubscriberSettings) => fill(words.confirm.otherSettings, texts(settings))
  return sentence(asked) === sentence(kept) ? '' : sentence(asked)
}

/** The topics that were added, with the change that a button undoes. */
function addedTopicsSummary({ change }: Confirmation): ChangeSummaryView | null {
  if (!change) return null
  const { id, at, before, after } = change
  const lines = changeLines(before, after, localDayOf(at, after.zone))
  return { heading: words.manage.said.saved, lines, next: '', undo: id }
}

/** The content of the welcome email; empty if none is sent. */
function welcomeText({ welcome, subscriber }: Confirmation): string {
  if (!welcome) return ''
  const address = maskAddress(subscriber.address)
  const forms = words.confirmed.welcome
  // Its papers are selected when it is sent, usually some seconds later.
  if (!isComposed(welcome)) return fill(forms.alone, { address })
  if (welcome.content) return fill(forms.papers, { day: longDate(welcome.content.localDate), address })
  const what = elsewhereText(welcome)
  if (what) return fill(forms.elsewhere, { address, what })
  return fill(welcome.nothingMatched ? forms.nothing : forms.alone, { address })
}
