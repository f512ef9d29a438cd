import type { Feature } from '../../core/feature.ts'

/** Emails to OPERATOR_EMAIL: about each condition of operator/health/ that holds, and once a week. */
export const alerts: Feature = {
  name: 'alerts',
  nudges: [
    {
      name: 'alerts',
      // A worker may be what failed.
      runAfterTick: async (deps) => (await import('./run-alerts.ts')).runAlerts(deps),
    },
  ],
  checks: [
    {
      name: 'operator',
      settings: ['OPERATOR_EMAIL'],
      check: async (config) => (await import('./check-operator.ts')).checkOperator(config),
    },
  ],
  pageParts: [
    {
      page: 'overview',
      readSection: async (deps) => (await import('./recent-alerts.ts')).recentAlerts(deps),
    },
  ],
  personalData: {
    prune: async (deps, cutoffs) => (await import('./alert.repo.ts')).pruneAlerts(deps.db, cutoffs),
  },
}
