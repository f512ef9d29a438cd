import { type DigestEmail, type DigestView, digestView } from './digest-view.ts'
import type { RenderedEmail, SiteIdentity } from './email.ts'
import { renderFitting } from './fit.ts'
import type { Template } from './template.ts'

export const renderDigest = (
  template: Template<DigestView>,
  site: SiteIdentity,
  email: DigestEmail,
): RenderedEmail => renderFitting(template, email, (detail) => digestView(site, email, detail))
