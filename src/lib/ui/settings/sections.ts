import { m } from '#lib/messages/messages.js';

/** The sections of the settings, in order, by the ID of their heading. */
export const SETTINGS_SECTIONS = [
  { id: 'profile', title: m.profile_title },
  { id: 'relays', title: m.relays_title },
  { id: 'doctor', title: m.doctor_title },
  { id: 'privacy', title: m.privacy_title },
  { id: 'sound', title: m.sound_title },
  { id: 'appearance', title: m.appearance_title },
  { id: 'language', title: m.language_title },
  { id: 'backup', title: m.backup_title },
  { id: 'about', title: m.about_title },
] as const;
