-- A notice as versioned data. The document is the policy file; `subject_years` repeats the few numbers that
-- constraints and set-based statements need, written from the document by `policy load` and nowhere else.

CREATE TABLE policies (
    notice      text NOT NULL,
    version     integer NOT NULL CHECK (version > 0),
    number      text NOT NULL,
    category    text NOT NULL,
    document    jsonb NOT NULL,
    source      text NOT NULL,
    checksum    bytea NOT NULL,
    loaded_by   text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (notice, version)
);

CREATE TABLE subject_years (
    year                  integer PRIMARY KEY,
    notice                text NOT NULL,
    version               integer NOT NULL,
    category              text NOT NULL,
    required_hours        integer NOT NULL CHECK (required_hours > 0),
    compulsory_hours      integer NOT NULL,
    elective_hours        integer NOT NULL,
    online_from           date NOT NULL,
    online_until          date NOT NULL,
    face_to_face_from     date NOT NULL,
    face_to_face_until    date NOT NULL,
    due_on                date NOT NULL,
    FOREIGN KEY (notice, version) REFERENCES policies,
    CONSTRAINT online_window_is_in_order CHECK (online_from <= online_until),
    CONSTRAINT face_to_face_window_is_in_order CHECK (face_to_face_from <= face_to_face_until)
);

-- Which authority decides what (R1 to R3, Q5): rows of the policy document, for the audit's set-based check.
CREATE TABLE policy_routes (
    notice    text NOT NULL,
    version   integer NOT NULL,
    mode      text NOT NULL CHECK (mode IN ('online', 'faceToFace')),
    level     text NOT NULL CHECK (level IN ('city', 'county', 'zone')),
    authority text NOT NULL CHECK (authority IN ('city', 'county', 'base')),
    rule      text NOT NULL,
    PRIMARY KEY (notice, version, mode, level),
    FOREIGN KEY (notice, version) REFERENCES policies
);
