// This file is generated from openapi.json by scripts/generate-api.js: `npm run types`.
import type {
  CreateAttachmentData,
  CreateAttachmentResponses,
  CreateConversationData,
  CreateConversationResponses,
  CreateOrderData,
  CreateOrderResponses,
  DeleteQuestionnaireData,
  DeleteQuestionnaireResponses,
  GetAttachmentData,
  GetAttachmentResponses,
  GetConversationData,
  GetConversationResponses,
  GetEncounterData,
  GetEncounterResponses,
  GetHealthData,
  GetHealthResponses,
  GetMeData,
  GetMeResponses,
  GetNotificationsData,
  GetNotificationsResponses,
  GetOpenapiData,
  GetOpenapiResponses,
  GetPatientData,
  GetPatientResponses,
  GetQuestionnaireData,
  GetQuestionnaireResponses,
  GetSettingsData,
  GetSettingsResponses,
  LinkDocumentData,
  LinkDocumentResponses,
  ListAccessLogData,
  ListAccessLogResponses,
  ListConversationsData,
  ListConversationsResponses,
  ListEncountersData,
  ListEncountersResponses,
  ListMessagesData,
  ListMessagesResponses,
  ListQuestionnairesData,
  ListQuestionnairesResponses,
  ListTasksData,
  ListTasksResponses,
  MarkReadData,
  MarkReadResponses,
  MarkUnreadData,
  MarkUnreadResponses,
  PutNotificationsData,
  PutNotificationsResponses,
  PutPatientData,
  PutPatientResponses,
  PutQuestionnaireData,
  PutQuestionnaireResponses,
  PutSettingsData,
  PutSettingsResponses,
  SearchPatientsData,
  SearchPatientsResponses,
  SendMessageData,
  SendMessageResponses,
  SetConversationStatusData,
  SetConversationStatusResponses,
  SetEncounterStatusData,
  SetEncounterStatusResponses,
  UpdateTaskData,
  UpdateTaskResponses,
} from "./types.gen.ts";

/** What each operation takes, and what it answers by status. */
export interface Operations {
  "create-attachment": { takes: CreateAttachmentData; answers: CreateAttachmentResponses };
  "create-conversation": { takes: CreateConversationData; answers: CreateConversationResponses };
  "create-order": { takes: CreateOrderData; answers: CreateOrderResponses };
  "delete-questionnaire": { takes: DeleteQuestionnaireData; answers: DeleteQuestionnaireResponses };
  "get-attachment": { takes: GetAttachmentData; answers: GetAttachmentResponses };
  "get-conversation": { takes: GetConversationData; answers: GetConversationResponses };
  "get-encounter": { takes: GetEncounterData; answers: GetEncounterResponses };
  "get-health": { takes: GetHealthData; answers: GetHealthResponses };
  "get-me": { takes: GetMeData; answers: GetMeResponses };
  "get-notifications": { takes: GetNotificationsData; answers: GetNotificationsResponses };
  "get-openapi": { takes: GetOpenapiData; answers: GetOpenapiResponses };
  "get-patient": { takes: GetPatientData; answers: GetPatientResponses };
  "get-questionnaire": { takes: GetQuestionnaireData; answers: GetQuestionnaireResponses };
  "get-settings": { takes: GetSettingsData; answers: GetSettingsResponses };
  "link-document": { takes: LinkDocumentData; answers: LinkDocumentResponses };
  "list-access-log": { takes: ListAccessLogData; answers: ListAccessLogResponses };
  "list-conversations": { takes: ListConversationsData; answers: ListConversationsResponses };
  "list-encounters": { takes: ListEncountersData; answers: ListEncountersResponses };
  "list-messages": { takes: ListMessagesData; answers: ListMessagesResponses };
  "list-questionnaires": { takes: ListQuestionnairesData; answers: ListQuestionnairesResponses };
  "list-tasks": { takes: ListTasksData; answers: ListTasksResponses };
  "mark-read": { takes: MarkReadData; answers: MarkReadResponses };
  "mark-unread": { takes: MarkUnreadData; answers: MarkUnreadResponses };
  "put-notifications": { takes: PutNotificationsData; answers: PutNotificationsResponses };
  "put-patient": { takes: PutPatientData; answers: PutPatientResponses };
  "put-questionnaire": { takes: PutQuestionnaireData; answers: PutQuestionnaireResponses };
  "put-settings": { takes: PutSettingsData; answers: PutSettingsResponses };
  "search-patients": { takes: SearchPatientsData; answers: SearchPatientsResponses };
  "send-message": { takes: SendMessageData; answers: SendMessageResponses };
  "set-conversation-status": { takes: SetConversationStatusData; answers: SetConversationStatusResponses };
  "set-encounter-status": { takes: SetEncounterStatusData; answers: SetEncounterStatusResponses };
  "update-task": { takes: UpdateTaskData; answers: UpdateTaskResponses };
}

/** How each operation is called. */
export const operations = {
  "create-attachment": { method: "POST", path: "/conversations/{conversationId}/attachments" },
  "create-conversation": { method: "POST", path: "/patients/{patientId}/conversations" },
  "create-order": { method: "POST", path: "/encounters/{encounterId}/orders" },
  "delete-questionnaire": { method: "DELETE", path: "/questionnaires/{questionnaireId}" },
  "get-attachment": { method: "GET", path: "/conversations/{conversationId}/attachments/{attachmentId}" },
  "get-conversation": { method: "GET", path: "/conversations/{conversationId}" },
  "get-encounter": { method: "GET", path: "/encounters/{encounterId}" },
  "get-health": { method: "GET", path: "/health" },
  "get-me": { method: "GET", path: "/me" },
  "get-notifications": { method: "GET", path: "/me/notifications" },
  "get-openapi": { method: "GET", path: "/openapi.json" },
  "get-patient": { method: "GET", path: "/patients/{patientId}" },
  "get-questionnaire": { method: "GET", path: "/questionnaires/{questionnaireId}" },
  "get-settings": { method: "GET", path: "/settings" },
  "link-document": { method: "POST", path: "/encounters/{encounterId}/documents" },
  "list-access-log": { method: "GET", path: "/patients/{patientId}/access-log" },
  "list-conversations": { method: "GET", path: "/patients/{patientId}/conversations" },
  "list-encounters": { method: "GET", path: "/patients/{patientId}/encounters" },
  "list-messages": { method: "GET", path: "/conversations/{conversationId}/messages" },
  "list-questionnaires": { method: "GET", path: "/questionnaires" },
  "list-tasks": { method: "GET", path: "/tasks" },
  "mark-read": { method: "PUT", path: "/conversations/{conversationId}/read" },
  "mark-unread": { method: "DELETE", path: "/conversations/{conversationId}/read" },
  "put-notifications": { method: "PUT", path: "/me/notifications" },
  "put-patient": { method: "PUT", path: "/patients/{patientId}" },
  "put-questionnaire": { method: "PUT", path: "/questionnaires/{questionnaireId}" },
  "put-settings": { method: "PUT", path: "/settings" },
  "search-patients": { method: "GET", path: "/patients" },
  "send-message": { method: "POST", path: "/conversations/{conversationId}/messages" },
  "set-conversation-status": { method: "PUT", path: "/conversations/{conversationId}/status" },
  "set-encounter-status": { method: "PUT", path: "/encounters/{encounterId}/status" },
  "update-task": { method: "PUT", path: "/tasks/{taskId}" },
} as const;
