import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import type { Deps } from '../../core/deps.ts'
import { editDistance } from '../../core/edit-distance.ts'
import { type Fault, undefinedIfFault } from '../../core/errors.ts'
import { seal, unseal } from '../../core/secrets.ts'
import { fill, words } from '../../i18n/words.ts'
import { emailDomain } from '../../limits/send-rate.ts'
import { nameInSubject } from '../../mail/rendering/template.ts'
import { type Address, parseAddress } from '../../subscribers/address.ts'
import { readTypedSettings, type TypedSignup } from '../../subscribers/read-signup.ts'
import type { SubscriberSettings } from '../../subscribers/subscriber.ts'
import { whenText } from '../account/change-summary-view.ts'
import { faultsView, settingsPairs } from '../setting-fields.ts'
import type { PreviewView } from './preview-view.ts'

interface Shown {
  sent: SentForm | null
  /** The token that contains `sent`. */
  token?: string
  preview?: PreviewView | null
  /** The values typed in another attempt. */
  typed?: Partial<TypedSignup>
  fault?: Fault
  reference?: string | null
}

/** The page after the form: which email to expect, a preview of the topics, and the form for another attempt. */
export function inboxView(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  { sent, token, preview = null, typed = {}, fault, reference }: Shown,
) {
  const settings = sent?.settings ?? settingsIn({ config }, typed)
  const ofSettings = settings ? settingsPairs(settings) : []
  // A different address has no earlier form whose topics could count.
  const topics = sent?.topics ?? typed.topics ?? []
  const fields = [...ofSettings, ...topics.map((topic): [string, string] => ['topic', topic])]
  const emptyForm = `/subscribe?${new URLSearchParams([...ofSettings, ['change', '1']])}`
  return {
    ...faultsView(['email'], fault, reference),
    /** Empty if it is no longer known. */
    address: sent?.email ?? '',
    sender: fill(words.checkInbox.sender, { name: config.MAIL_FROM_NAME, address: config.MAIL_FROM }),
    subject: fill(words.emails.confirmation.subject, {
      site: nameInSubject({ name: config.SITE_NAME }),
    }),
    when: settings && whenText(settings, clock.now()),
    /** The link back to the form, with the values that were sent. */
    changePath: sent?.topics ? `/check-inbox/${token}/change` : emptyForm,
    /** Settings and topics as hidden fields. */
    fields,
    meant: (sent && suggestedDomain(parseAddress(sent.email))) ?? null,
    email: typed.email ?? sent?.email ?? '',
    preview,
  }
}

function settingsIn({ config }: Pick<Deps, 'config'>, typed: Partial<TypedSignup>) {
  if (!typed.hour || !typed.zone || !typed.days) return null
  return undefinedIfFault(() => readTypedSettings(config, typed)) ?? null
}

/** The parts of a form that the next page shows again. */
export interface SentForm {
  email: string
  settings: SubscriberSettings
  /** Null if the topics of an earlier form count, or if they are too long for a URL. */
  topics: string[] | null
}

const PURPOSE = 'check inbox'
const LIFE_MS = 10 * 60_000
/** In characters: some proxies reject URLs of more than 4,000. */
const MAX_LENGTH = 3500

/** The path of the page after the form. It contains the form, encrypted and valid for ten minutes. */
export function inboxPath(config: Config, { email, settings, topics }: SentForm, now: Date): string {
  const pathWith = (topics: string[] | null) => {
    const text = JSON.stringify({ email, settings, topics, at: now.getTime() })
    return `/check-inbox/${seal(text, { secret: config.APP_SECRET[0]!, purpose: PURPOSE })}`
  }
  const path = pathWith(topics)
  return path.length <= MAX_LENGTH ? path : pathWith(null)
}

/** Null after the ten minutes, and for anything that is not such a token. */
export function readInboxToken(config: Config, token: string, now: Date): SentForm | null {
  const text = unseal(token, { secrets: config.APP_SECRET, purpose: PURPOSE })
  if (text === null) return null
  const { at, ...form } = JSON.parse(text) as SentForm & { at: number }
  return now.getTime() < at + LIFE_MS ? form : null
}

// Common mailbox providers: the likely meaning of a mistyped domain.
const MAILBOX_PROVIDERS =
  `gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr live.com msn.com yahoo.com
  yahoo.co.uk yahoo.co.jp yahoo.co.in yahoo.fr yahoo.de icloud.com me.com mac.com aol.com protonmail.com proton.me gmx.net
  gmx.de web.de t-online.de yandex.ru mail.ru qq.com 163.com 126.com foxmail.com naver.com fastmail.com zoho.com
  comcast.net verizon.net btinternet.com orange.fr free.fr laposte.net libero.it`.split(/\s+/)

// Real providers whose names are close to those.
const OTHERS =
  'mail.com email.com ymail.com gmx.com gmx.at gmx.ch pm.me mail.de live.de live.fr hotmail.de web.com'

const KNOWN = new Set([...MAILBOX_PROVIDERS, ...OTHERS.split(' ')])
const SHORT = 9
/** Misspellings of .com: a domain that ends in one of them is not a country's own domain, as yahoo.ca is. */
const SLIPS_OF_COM = ['co', 'cm', 'om']

export const isMailboxProvider = (domain: string): boolean => MAILBOX_PROVIDERS.includes(domain)

/** The domain that was probably meant, if the address may contain a typo. */
export const suggestedDomain = ({ key }: Address): string | undefined => suggestDomain(emailDomain(key))

/** The query string of the page after a form with such an address: "?meant=gmail.com", or empty. */
export function suggestedDomainQuery(address: Address): string {
  const meant = suggestedDomain(address)
  return meant ? `?meant=${meant}` : ''
}

/** Anyone can write a query string, so it counts only if it names a known mailbox provider. */
export const suggestedDomainInQuery = z.object({
  meant: z.string().refine(isMailboxProvider).nullable().catch(null),
})

/** The provider that a domain in lower case was probably meant to be: gmail.com for gmial.com. */
export function suggestDomain(domain: string): string | undefined {
  if (KNOWN.has(domain) || isCountryOf(domain)) return undefined
  const near = MAILBOX_PROVIDERS.map((provider) => ({ provider, distance: editDistance(domain, provider) }))
    .filter(({ provider, distance }) => distance <= (provider.length < SHORT ? 1 : 2))
    .sort((a, b) => a.distance - b.distance)
  return near[0]?.provider
}

/** Whether it is a provider's name in another country. */
function isCountryOf(domain: string): boolean {
  const [name, ...country] = domain.split('.')
  const end = country.at(-1) ?? ''
  if (!/^[a-z]{2}$/.test(end) || SLIPS_OF_COM.includes(end)) return false
  return MAILBOX_PROVIDERS.some((provider) => provider.startsWith(`${name}.`))
}
