/** What every template makes. */
export interface RenderedEmail {
  subject: string
  /** Absent for a subscriber who wants text alone. */
  html?: string
  text: string
}

/** What the mails of one site share. */
export interface SiteIdentity {
  name: string
  baseUrl: string
  postalAddress: string
  privacyUrl?: string
}
