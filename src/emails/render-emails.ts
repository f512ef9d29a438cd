import { encodedSize, joinedSize } from '../mail/rendering/encoded-text.ts'
import { renderMjml } from '../mail/rendering/render-mjml.ts'
import {
  MAIL_KINDS,
  type MailKind,
  nameInSubject,
  openTemplate,
  type RenderedEmail,
  type SiteIdentity,
  type Template,
} from '../mail/rendering/template.ts'
import { wrap } from '../mail/rendering/text.ts'
import type { JoinedEmail } from '../mail/smtp/join-mime.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import { type DigestEmail, digestView } from './digest-email.ts'
import { openDigestJoiner } from './join-digest.ts'
import {
  type GoodbyeEmail,
  goodbyeView,
  type LinkEmail,
  type LinkKind,
  linkView,
  type MovedEmail,
  movedView,
} from './link-emails.ts'
import { type NoMatchesEmail, noMatchesView } from './no-matches-email.ts'
import type { PaperDetail } from './sections-view.ts'
import {
  type AddTopicsEmail,
  addTopicsView,
  type ConfirmationEmail,
  confirmationView,
} from './signup-emails.ts'
import { type WelcomeEmail, welcomeView } from './welcome-email.ts'

/** All emails of a site: typed values in, subject and parts out. */
export type Emails = Awaited<ReturnType<typeof openEmails>>

/** Compiles the templates, once per process, and keeps MJML's output in `cacheFolder`. What a view function returns is the `it` of its template. */
export async function openEmails(site: SiteIdentity, cacheFolder?: string) {
  const laidOut = await renderMjml(MAIL_KINDS, cacheFolder)
  const open = async (kind: MailKind) =>
    [kind, await openTemplate(kind, inColor(laidOut[kind], site))] as const
  const templates = Object.fromEntries(await Promise.all(MAIL_KINDS.map(open))) as Record<MailKind, Template>
  const inEach = { site, siteName: nameInSubject(site), wrap }
  const render = (kind: MailKind, view: object, format: MailFormat = 'html'): RenderedEmail => {
    const values = { ...inEach, ...view }
    return format === 'text' ? templates[kind].renderText(values) : templates[kind].render(values)
  }
  const renderFitting = (
    email: { format: MailFormat; detail: MailDetail },
    make: (detail: PaperDetail) => RenderedEmail,
  ) => withinBudget(email, make, encodedSize)
  const join = openDigestJoiner({ site, inEach, template: templates.digest })
  return {
    digest: (email: DigestEmail) =>
      renderFitting(email, (detail) => render('digest', digestView(site, email, detail), email.format)),
    /** The same, encoded and joined. */
    joinedDigest: (email: DigestEmail): JoinedEmail =>
      withinBudget(email, (detail) => join(email, detail), joinedSize),
    welcome: (email: WelcomeEmail) =>
      renderFitting(email, (detail) => render('welcome', welcomeView(site, email, detail), email.format)),
    confirmation: (email: ConfirmationEmail) => render('confirmation', confirmationView(site, email)),
    addTopics: (email: AddTopicsEmail) => render('add-topics', addTopicsView(site, email)),
    goodbye: (email: GoodbyeEmail) => render('goodbye', goodbyeView(email), email.format),
    noMatches: (email: NoMatchesEmail) => render('note', noMatchesView(site, email), email.format),
    link: (kind: LinkKind, email: LinkEmail) => render(kind, linkView(kind, email), email.format),
    moved: (email: MovedEmail) => render('moved', movedView(email), email.format),
  }
}

/** Replaces the accents of parts/head.mjml. */
const inColor = (html: string, { color }: SiteIdentity): string =>
  color ? html.replaceAll('#12564f', color.light).replaceAll('#7fcabd', color.dark) : html

/** Mail clients cut an HTML part off at 102 kB, and the footer with it. In bytes as sent. */
export const HTML_BUDGET = 95_000

const SHORTER: PaperDetail[] = [
  { title: 400, reason: 240, body: { snippet: 4_000 } },
  { title: 400, reason: 240, body: { snippet: 300 } },
  { title: 80, reason: 120, body: { snippet: 120 } },
]
const TITLES: PaperDetail = { title: 400, reason: 90 }
// Stays within the budget whatever 25 papers contain.
const BARE: PaperDetail = { title: 160, reason: 0 }

/** Makes an email with papers with the most detail whose HTML is within the budget. */
function withinBudget<Email extends { html?: unknown }>(
  { format, detail }: { format: MailFormat; detail: MailDetail },
  make: (detail: PaperDetail) => Email,
  sizeOf: (html: NonNullable<Email['html']>) => number,
): Email {
  const details = detail === 'titles' ? [TITLES] : SHORTER
  if (format === 'text') return make(details[0]!)
  return (
    details
      .values()
      .map(make)
      .find(({ html }) => sizeOf(html!) < HTML_BUDGET) ?? make(BARE)
  )
}
