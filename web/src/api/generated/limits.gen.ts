// This file is generated from openapi.json by scripts/generate-api.js: `npm run types`.

export const limits = {
  "AttachmentSettings": {
    contentTypes: { maxItems: 4 },
    maxBytes: { maximum: 20971520 },
  },
  "Item": {
    options: { maxItems: 50 },
    text: { minLength: 1, maxLength: 500 },
  },
  "NewAttachment": {
    fileName: { maxLength: 255 },
  },
  "NewContact": {
    email: { maxLength: 254 },
    pool: { minLength: 1, maxLength: 64 },
  },
  "NewDocument": {
    title: { minLength: 1, maxLength: 200 },
    url: { maxLength: 2000 },
  },
  "NewMessage": {
    attachmentIds: { maxItems: 10 },
    text: { maxLength: 10000 },
  },
  "NewOrder": {
    text: { minLength: 1, maxLength: 2000 },
  },
  "NewPatient": {
    name: { minLength: 1, maxLength: 200 },
    recordNumber: { minLength: 1, maxLength: 64 },
  },
  "QuestionnaireDraft": {
    description: { maxLength: 1000 },
    encounterType: { minLength: 1, maxLength: 100 },
    items: { maxItems: 50 },
    title: { minLength: 1, maxLength: 200 },
  },
  "Settings": {
    encounterType: { minLength: 1, maxLength: 100 },
    sendMessageLabel: { minLength: 1, maxLength: 60 },
  },
  "TaskUpdate": {
    owner: { minLength: 1, maxLength: 255 },
  },
  "TaskingSettings": {
    pool: { minLength: 1, maxLength: 64 },
  },
  "TitledConversation": {
    title: { minLength: 1, maxLength: 200 },
  },
  "list-access-log": {
    limit: { maximum: 100 },
  },
  "list-conversations": {
    q: { minLength: 1, maxLength: 200 },
    limit: { maximum: 100 },
  },
  "list-encounters": {
    limit: { maximum: 100 },
  },
  "list-messages": {
    limit: { maximum: 100 },
  },
  "list-tasks": {
    owner: { minLength: 1, maxLength: 255 },
    limit: { maximum: 100 },
  },
  "search-patients": {
    q: { minLength: 2 },
    limit: { maximum: 100 },
  },
} as const;
