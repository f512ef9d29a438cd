import {
  MAIL_KINDS,
  type MailKind,
  openTemplate,
  type RenderedEmail,
  renderMjml,
  type SiteIdentity,
  type Template,
} from '../mail/templates/template.ts'
import type { MailFormat } from '../subscribers/subscriber.ts'
import { type DigestEmail, type DigestView, digestView } from './digest-view.ts'
import { type GoodbyeEmail, type GoodbyeView, goodbyeView } from './goodbye-view.ts'
import {
  type LinkEmail,
  type LinkKind,
  type LinkView,
  linkView,
  type MovedEmail,
  type MovedView,
  movedView,
} from './link-views.ts'
import type { Render } from './mail-writer.ts'
import { type NoMatchesEmail, type NoMatchesView, noMatchesView } from './no-matches-view.ts'
import { renderFitting } from './render-fitting.ts'
import {
  type AddTopicsEmail,
  addTopicsView,
  type ConfirmationEmail,
  type ConfirmationView,
  confirmationView,
  type SignupEmailView,
} from './signup-views.ts'
import { type WelcomeEmail, type WelcomeView, welcomeView } from './welcome-view.ts'

/** All emails of a site: typed values in, subject and parts out. */
export interface Emails {
  digest: Render<DigestEmail>
  confirmation: Render<ConfirmationEmail>
  addTopics: Render<AddTopicsEmail>
  goodbye: Render<GoodbyeEmail>
  noMatches: Render<NoMatchesEmail>
  welcome: Render<WelcomeEmail>
  link(kind: LinkKind, email: LinkEmail): RenderedEmail
  moved: Render<MovedEmail>
}

/** Compiles the templates, once per process. */
export async function openEmails(site: SiteIdentity): Promise<Emails> {
  const laidOut = await renderMjml(MAIL_KINDS)
  const open = <View extends object>(name: MailKind) => openTemplate<View>(name, laidOut[name])
  const digest = await open<DigestView>('digest')
  const confirmation = await open<ConfirmationView>('confirmation')
  const addTopics = await open<SignupEmailView>('add-topics')
  const goodbye = await open<GoodbyeView>('goodbye')
  const note = await open<NoMatchesView>('note')
  const welcome = await open<WelcomeView>('welcome')
  const links: Record<LinkKind, Template<LinkView>> = {
    'manage-link': await open('manage-link'),
    'account-link': await open('account-link'),
    'new-address': await open('new-address'),
  }
  const moved = await open<MovedView>('moved')
  return {
    digest: (email) => renderFitting(digest, email, (detail) => digestView(site, email, detail)),
    confirmation: (email) => confirmation.render(confirmationView(site, email)),
    addTopics: (email) => addTopics.render(addTopicsView(site, email)),
    goodbye: (email) => inFormat(goodbye, email.format, goodbyeView(site, email)),
    noMatches: (email) => inFormat(note, email.format, noMatchesView(site, email)),
    welcome: (email) => renderFitting(welcome, email, (detail) => welcomeView(site, email, detail)),
    link: (kind, email) => inFormat(links[kind], email.format, linkView(site, kind, email)),
    moved: (email) => inFormat(moved, email.format, movedView(site, email)),
  }
}

const inFormat = <View extends object>(
  template: Template<View>,
  format: MailFormat,
  view: View,
): RenderedEmail => (format === 'text' ? template.renderText(view) : template.render(view))
