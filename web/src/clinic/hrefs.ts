// Where in the clinic's app things are shown.

export const conversationsHref = (patientId: string) => `/patients/${patientId}/chat`;
export const conversationHref = (patientId: string, conversationId: string) => `${conversationsHref(patientId)}/${conversationId}`;
export const encountersHref = (patientId: string) => `/patients/${patientId}/encounters`;
export const encounterHref = (patientId: string, encounterId: string) => `${encountersHref(patientId)}/${encounterId}`;
