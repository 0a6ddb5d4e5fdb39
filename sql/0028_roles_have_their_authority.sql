-- As before, and no longer satisfied by an officer of no authority: a CHECK that comes to NULL passes.
ALTER TABLE users DROP CONSTRAINT role_has_its_authority;
ALTER TABLE users ADD CONSTRAINT role_has_its_authority CHECK (coalesce(CASE role
    WHEN 'countyOfficer' THEN authority LIKE 'county:%'
    WHEN 'cityOfficer' THEN authority = 'city'
    WHEN 'baseOfficer' THEN authority = 'base'
    WHEN 'clerk' THEN authority IS NOT NULL AND authority <> 'base'
    ELSE authority IS NULL END, false));
