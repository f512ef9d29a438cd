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
import type { MailFormat } from '../subscribers/subscriber.ts'
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
  const laidOut = await renderMjml(MAIL_KINDS, { accents: site.color, cacheFolder })
  const open = async (kind: MailKind) => [kind, await openTemplate(kind, laidOut[kind])] as const
  const templates = Object.fromEntries(await Promise.all(MAIL_KINDS.map(open))) as Record<MailKind, Template>
  const inEach = { site, siteName: nameInSubject(site), wrap }
  const render = (kind: MailKind, view: object, format: MailFormat = 'html'): RenderedEmail => {
    const values = { ...inEach, ...view }
    return format === 'text' ? templates[kind].renderText(values) : templates[kind].render(values)
  }
  return {
    digest: openDigestJoiner<DigestEmail>({ site, inEach, template: templates.digest, viewOf: digestView }),
    welcome: openDigestJoiner<WelcomeEmail>({
      site,
      inEach,
      template: templates.welcome,
      viewOf: welcomeView,
    }),
    confirmation: (email: ConfirmationEmail) => render('confirmation', confirmationView(site, email)),
    addTopics: (email: AddTopicsEmail) => render('add-topics', addTopicsView(site, email)),
    goodbye: (email: GoodbyeEmail) => render('goodbye', goodbyeView(email), email.format),
    noMatches: (email: NoMatchesEmail) => render('note', noMatchesView(site, email), email.format),
    link: (kind: LinkKind, email: LinkEmail) => render(kind, linkView(kind, email), email.format),
    moved: (email: MovedEmail) => render('moved', movedView(email), email.format),
  }
}
