import type { Deps } from '../../core/deps.ts'
import type { Fault } from '../../core/errors.ts'
import { fill, words } from '../../i18n/words.ts'
import { nameInSubject } from '../../mail/templates/template.ts'
import { parseAddress } from '../../subscribers/address.ts'
import { readTypedSettings, type TypedSignup } from '../../subscribers/read-signup.ts'
import type { SubscriberSettings } from '../../subscribers/subscriber.ts'
import { whenText } from '../account/change-summary-view.ts'
import { type FaultsView, faultsView } from '../faults-view.ts'
import { readOrElse, settingsPairs } from '../setting-fields.ts'
import type { SentForm } from './inbox-token.ts'
import type { PreviewView } from './preview-view.ts'
import { suggestedDomain } from './suggested-domain.ts'

/** The page after the form: which email to expect, a preview of the topics, and the form for another attempt. */
export interface InboxView extends FaultsView {
  /** Empty if it is no longer known. */
  address: string
  sender: string
  subject: string
  /** Null if it is not known. */
  when: string | null
  /** The link back to the form, with the values that were sent. */
  changePath: string
  /** Settings and topics as hidden fields. */
  fields: [name: string, value: string][]
  /** The domain that was probably meant. */
  meant: string | null
  /** The contents of the address field for another attempt. */
  email: string
  preview: PreviewView | null
}

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

export function inboxView(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  { sent, token, preview = null, typed = {}, fault, reference }: Shown,
): InboxView {
  const settings = sent?.settings ?? settingsIn({ config }, typed)
  const ofSettings = settings ? settingsPairs(settings) : []
  // A different address has no earlier form whose topics could count.
  const topics = sent?.topics ?? typed.topics ?? []
  const fields = [...ofSettings, ...topics.map((topic): [string, string] => ['topic', topic])]
  const emptyForm = `/subscribe?${new URLSearchParams([...ofSettings, ['change', '1']])}`
  return {
    ...faultsView(['email'], fault, reference),
    address: sent?.email ?? '',
    sender: fill(words.checkInbox.sender, { name: config.MAIL_FROM_NAME, address: config.MAIL_FROM }),
    subject: fill(words.emails.confirmation.subject, {
      site: nameInSubject({ name: config.SITE_NAME }),
    }),
    when: settings && whenText(settings, clock.now()),
    changePath: sent?.topics ? `/check-inbox/${token}/change` : emptyForm,
    fields,
    meant: (sent && suggestedDomain(parseAddress(sent.email))) ?? null,
    email: typed.email ?? sent?.email ?? '',
    preview,
  }
}

function settingsIn(
  { config }: Pick<Deps, 'config'>,
  typed: Partial<TypedSignup>,
): SubscriberSettings | null {
  if (!typed.hour || !typed.zone || !typed.days) return null
  return readOrElse(
    () => readTypedSettings(config, typed),
    () => null,
  )
}
