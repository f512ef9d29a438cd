import {
  type AddTopicsEmail,
  type AnswerView,
  addTopicsView,
  type ConfirmationEmail,
  type ConfirmationView,
  confirmationView,
} from './answer-views.ts'
import { renderDigest } from './digest-email.ts'
import type { DigestEmail, DigestView } from './digest-view.ts'
import type { RenderedEmail, SiteIdentity } from './email.ts'
import { openTemplate } from './template.ts'

/** Every mail that one site writes: typed values in, subject and parts out. */
export interface Emails {
  digest(email: DigestEmail): RenderedEmail
  confirmation(email: ConfirmationEmail): RenderedEmail
  addTopics(email: AddTopicsEmail): RenderedEmail
}

/** Compiles the templates, once for each process. */
export async function openEmails(site: SiteIdentity): Promise<Emails> {
  const [digest, confirmation, addTopics] = await Promise.all([
    openTemplate<DigestView>('digest'),
    openTemplate<ConfirmationView>('confirmation'),
    openTemplate<AnswerView>('add-topics'),
  ])
  return {
    digest: (email) => renderDigest(digest, site, email),
    confirmation: (email) => confirmation.render(confirmationView(site, email)),
    addTopics: (email) => addTopics.render(addTopicsView(site, email)),
  }
}
