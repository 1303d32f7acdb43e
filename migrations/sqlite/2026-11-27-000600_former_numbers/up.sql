-- The number on a certificate's paper of before this program, as it was written.
ALTER TABLE certificates ADD COLUMN former_number TEXT;
