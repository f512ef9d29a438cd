// Admits every request.
export function addAdmissionControl(): void {}
