-- A photo of the request's papers may show what an exemption is asked for.
ALTER TABLE fee_exemption ADD COLUMN paper_id TEXT REFERENCES paper (id);
