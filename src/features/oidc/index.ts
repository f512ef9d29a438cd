import type { Feature } from '../../core/feature.ts'
import { hasProvider, OIDC_SETTINGS } from './settings.ts'

/** Operators log in to the admin pages at an OpenID Connect provider: one group may change something, another may look. */
export const oidc: Feature = {
  name: 'oidc',
  settings: OIDC_SETTINGS,
  routes: [
    {
      area: 'login',
      isConfigured: hasProvider,
      read: async (config) => (await import('./oidc-login.ts')).oidcLogin(config),
    },
  ],
  errors: async () => (await import('./oidc-fault.ts')).oidcErrors,
  checks: [
    {
      name: 'login',
      settings: OIDC_SETTINGS.map(({ name }) => name),
      check: async (config, input) => (await import('./check-provider.ts')).checkProvider(config, input),
    },
  ],
}
