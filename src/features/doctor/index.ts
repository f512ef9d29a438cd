import type { Feature } from '../../core/feature.ts'

/** `doctor` checks from outside what keeps the service from working: settings, mail server, DNS, certificate, sources. */
export const doctor: Feature = {
  name: 'doctor',
  operations: [
    {
      noun: 'doctor',
      after: 'prune',
      summary: 'find what keeps the service from working, with the fix; exit code 1 if something is wrong',
      isCommand: true,
      read: async () => [(await import('./doctor-command.ts')).doctorCommand],
    },
  ],
}
