import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import type { FeatureSetting } from '../../config/feature-settings.ts'
import { oneLineSetting } from '../../config/setting-schemas.ts'

declare module '../../config/feature-settings.ts' {
  interface FeatureSettings {
    OIDC_ISSUER?: string
    OIDC_CLIENT_ID?: string
    OIDC_CLIENT_SECRET?: string
    OIDC_CHANGE_GROUP?: string
    OIDC_VIEW_GROUP?: string
    OIDC_GROUPS_CLAIM: string
  }
}

const ISSUER_DESCRIPTION =
  'the issuer of your provider, such as https://id.example.org/realms/lab: without /.well-known/openid-configuration, query, user or password'

const WELL_KNOWN = '/.well-known/'

/** Unchanged: a slash at the end is part of an issuer's name. */
const issuer = z.string().refine((text) => {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) return false
  return !url.username && !url.password && !/[?#]/.test(text) && !url.pathname.includes(WELL_KNOWN)
}, ISSUER_DESCRIPTION)

const REQUIRED = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_CHANGE_GROUP'] as const

type Values = Readonly<Record<string, string | undefined>>

/** Plain http sends the client's secret unencrypted: only for a provider on this computer, and never in production. */
export const isOnThisComputer = (issuer: string): boolean =>
  /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/|$)/i.test(issuer)

function faultOfIssuer(values: Values) {
  const isAnySet = [...REQUIRED, 'OIDC_VIEW_GROUP'].some((name) => values[name])
  const missing = REQUIRED.filter((name) => !values[name])
  if (isAnySet && missing.length > 0)
    return { names: missing, what: `set ${REQUIRED.join(', ')}, or none of the settings OIDC_…` }
  const { OIDC_ISSUER = '', NODE_ENV } = values
  const mayBePlain = NODE_ENV !== 'production' && isOnThisComputer(OIDC_ISSUER)
  if (URL.parse(OIDC_ISSUER)?.protocol !== 'http:' || mayBePlain) return
  return {
    names: ['OIDC_ISSUER'],
    what: 'use an address that begins with https://; http:// is only for a provider on this computer, outside production',
  }
}

const faultOfGroups = ({ OIDC_CHANGE_GROUP, OIDC_VIEW_GROUP }: Values) =>
  OIDC_VIEW_GROUP && OIDC_VIEW_GROUP.trim() === OIDC_CHANGE_GROUP?.trim()
    ? {
        names: ['OIDC_VIEW_GROUP'],
        what: 'use another group than OIDC_CHANGE_GROUP, or leave it out: those who may change something may look too',
      }
    : undefined

const oneGroup = (example: string) =>
  oneLineSetting(`the name or id of one group, such as ${example}`).optional()

export const OIDC_SETTINGS: readonly FeatureSetting[] = [
  { name: 'OIDC_ISSUER', takes: issuer.optional(), faultBeside: faultOfIssuer },
  { name: 'OIDC_CLIENT_ID', takes: oneLineSetting('the client id at the provider').optional() },
  { name: 'OIDC_CLIENT_SECRET', takes: z.string().optional(), isSecret: true },
  { name: 'OIDC_CHANGE_GROUP', takes: oneGroup('papers-operators') },
  { name: 'OIDC_VIEW_GROUP', takes: oneGroup('papers-viewers'), faultBeside: faultOfGroups },
  {
    name: 'OIDC_GROUPS_CLAIM',
    takes: oneLineSetting('the name of the claim with the groups').default('groups'),
  },
]

/** The settings of the provider. */
export interface OidcSettings {
  issuer: string
  clientId: string
  clientSecret: string
  changeGroup: string
  viewGroup?: string
  groupsClaim: string
}

export const hasProvider = ({ OIDC_ISSUER }: Config): boolean => OIDC_ISSUER !== undefined

/** Of a configuration in which they are set; `readConfig` refuses one that has only some of them. */
export const oidcSettings = (config: Config): OidcSettings => ({
  issuer: config.OIDC_ISSUER!,
  clientId: config.OIDC_CLIENT_ID!,
  clientSecret: config.OIDC_CLIENT_SECRET!,
  changeGroup: config.OIDC_CHANGE_GROUP!,
  viewGroup: config.OIDC_VIEW_GROUP,
  groupsClaim: config.OIDC_GROUPS_CLAIM,
})
