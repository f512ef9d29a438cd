import type { RenderedEmail, SiteIdentity } from '../mail/templates/rendered-email.ts'
import type { Template } from '../mail/templates/template.ts'
import { type DigestEmail, type DigestView, digestView } from './digest-view.ts'
import { renderFitting } from './render-fitting.ts'

export const renderDigest = (
  template: Template<DigestView>,
  site: SiteIdentity,
  email: DigestEmail,
): RenderedEmail => renderFitting(template, email, (detail) => digestView(site, email, detail))
