// Under which keys the pages cache what the API answered.

export const keys = {
  conversations: ["conversations"] as const,
  conversationsOf: (patientId: string, q: string) => ["conversations", patientId, q] as const,
  conversation: (id: string) => ["conversation", id] as const,
  entries: (conversationId: string) => ["entries", conversationId] as const,
  attachment: (conversationId: string, id: string) => ["attachment", conversationId, id] as const,
  questionnaires: ["questionnaires"] as const,
  contact: ["contact"] as const,
  accessLog: (patientId: string) => ["access-log", patientId] as const,
  tasks: ["tasks"] as const,
  patients: (q: string) => ["patients", q] as const,
  patient: (id: string) => ["patient", id] as const,
  encounters: (patientId: string) => ["encounters", patientId] as const,
  encounter: (id: string) => ["encounter", id] as const,
};
